import { expect } from 'chai';
import { createSealer } from '../../../webapp/mail/sealer.ts';

const TEXT = 'Ærøskøbing 🚀';

describe('What is sealed', () => {
  const sealer = createSealer(['the key of today'], 'mail');

  it('is opened by who has the key, and looks different each time', () => {
    const [one, other] = [sealer.seal(TEXT), sealer.seal(TEXT)];
    expect([sealer.open(one), sealer.open(other)]).to.deep.equal([TEXT, TEXT]);
    expect(one.equals(other)).to.equal(false);
    expect(one.toString('utf8')).to.not.include('Ærøskøbing');
  });

  it('survives a rotation of the key, and no second one', () => {
    const sealed = sealer.seal(TEXT);
    expect(createSealer(['the key of tomorrow', 'the key of today'], 'mail').open(sealed)).to.equal(TEXT);
    expect(createSealer(['a later key', 'the key of tomorrow'], 'mail').open(sealed)).to.equal(undefined);
    expect(createSealer(['the key of today'], 'else').open(sealed)).to.equal(undefined);
  });

  it('is not opened where a bit of it was altered, or it is cut off', () => {
    const sealed = sealer.seal(TEXT);
    for (let index = 0; index < sealed.length; index++) {
      const altered = Buffer.from(sealed);
      altered[index] = (altered[index] ?? 0) ^ 1;
      expect(sealer.open(altered), String(index)).to.equal(undefined);
    }
    for (const length of [0, 5, 12, 27, 30]) expect(sealer.open(sealed.subarray(0, length))).to.equal(undefined);
  });
});
