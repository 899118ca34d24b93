import { expect } from 'chai';
import { lineOf, textOf } from '../../../webapp/web/form.ts';

describe('A field of a form', () => {
  it('is empty when it is missing, repeated, or no text', () => {
    const bodies: unknown[] = [
      undefined,
      null,
      'x',
      {},
      { a: ['1', '2'] },
      { a: { b: '1' } },
      { a: 1 },
      Object.create({ a: 'x' }),
    ];
    for (const body of bodies) expect(textOf(body, 'a')).to.equal('');
    expect(textOf({ a: ' x ' }, 'a')).to.equal(' x ');
    expect(textOf({}, 'constructor')).to.equal('');
  });

  it('as a line has no blanks round it and one way of writing accents', () => {
    expect(lineOf({ a: '  E\u0301va\u00a0' }, 'a')).to.equal('Éva');
  });
});
