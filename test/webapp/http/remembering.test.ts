import { expect } from 'chai';
import { remembering } from '../../../webapp/http/remembering.ts';

describe('What is remembered', () => {
  it('is answered once, as long as it is asked for, and then forgotten', () => {
    const asked: string[] = [];
    const answer = remembering((text) => {
      asked.push(text);
      return text.length;
    }, 4);
    for (let round = 0; round < 5; round++) for (const text of ['a', 'bb']) expect(answer(text)).to.equal(text.length);
    expect(asked).to.deep.equal(['a', 'bb']);
    for (const text of ['1', '2', '3', '4', '5', '6']) answer(text);
    answer('a');
    expect(asked.at(-1)).to.equal('a');
  });

  it('is nothing that has no answer', () => {
    let asked = 0;
    const answer = remembering((): string | undefined => {
      asked++;
      return undefined;
    });
    expect([answer('x'), answer('x'), asked]).to.deep.equal([undefined, undefined, 2]);
  });
});
