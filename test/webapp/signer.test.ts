import { expect } from 'chai';
import { createSigner } from '../../webapp/signer.ts';

describe('A signer', () => {
  const signer = createSigner(['new key', 'old key'], 'alert');

  it('accepts what any of its keys signed for the same purpose', () => {
    expect(signer.verify('text', signer.sign('text'))).to.equal(true);
    expect(signer.verify('text', createSigner(['old key'], 'alert').sign('text'))).to.equal(true);
  });

  it('refuses what another key signed, another purpose, another text and what is no signature', () => {
    expect(signer.verify('text', createSigner(['other'], 'alert').sign('text'))).to.equal(false);
    expect(signer.verify('text', createSigner(['new key'], 'csrf').sign('text'))).to.equal(false);
    expect(signer.verify('test', signer.sign('text'))).to.equal(false);
    expect(signer.verify('text', Buffer.alloc(0))).to.equal(false);
  });
});
