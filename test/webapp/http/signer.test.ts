import { expect } from 'chai';
import { createHmac } from 'node:crypto';
import { createSigner, hmacBy } from '../../../webapp/http/signer.ts';

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

  it('signs as every HMAC-SHA-256 does, whatever the length of key and text', () => {
    for (const length of [0, 1, 32, 63, 64, 65, 200]) {
      const key = Buffer.alloc(length, 'key ✓');
      const mac = hmacBy(key);
      for (const text of ['', 'text', 'Ω'.repeat(40), 'x'.repeat(5000)]) {
        expect(mac(text).toString('hex')).to.equal(createHmac('sha256', key).update(text).digest('hex'));
      }
    }
  });
});
