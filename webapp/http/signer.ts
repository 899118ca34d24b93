import { createHmac, hash, timingSafeEqual } from 'node:crypto';

/** Signs with the first key and accepts any of them; each purpose has keys of its own, derived from these. */
export interface Signer {
  sign(text: string): Buffer;
  verify(text: string, signature: Buffer): boolean;
}

export function createSigner(secretKeys: readonly [string, ...string[]], purpose: string): Signer {
  const derive = (key: string) => createHmac('sha256', key).update(purpose).digest();
  const [current, ...previous] = secretKeys;
  return signerBy([derive(current), ...previous.map(derive)]);
}

/** By these very keys. */
export function signerBy(keys: readonly [Buffer, ...Buffer[]]): Signer {
  const [sign, ...others] = keys.map(hmacBy) as [Hmac, ...Hmac[]];
  return {
    sign,
    verify: (text, signature) =>
      signature.length === LENGTH && [sign, ...others].some((mac) => timingSafeEqual(mac(text), signature)),
  };
}

type Hmac = (text: string) => Buffer;

/** HMAC-SHA-256 (RFC 2104) as two hashes: the objects of createHmac() take longer than what they calculate. */
export function hmacBy(key: Buffer): Hmac {
  const block = Buffer.alloc(BLOCK);
  (key.length > BLOCK ? hash('sha256', key, 'buffer') : key).copy(block);
  const inner = Buffer.concat([block.map((byte) => byte ^ 0x36), Buffer.alloc(ROOM)]);
  const outer = Buffer.concat([block.map((byte) => byte ^ 0x5c), Buffer.alloc(LENGTH)]);
  return (text) => {
    const long = text.length * 3 > ROOM;
    const whole = long ? Buffer.concat([inner.subarray(0, BLOCK), Buffer.from(text)]) : inner;
    const end = long ? whole.length : BLOCK + inner.write(text, BLOCK);
    hash('sha256', whole.subarray(0, end), 'buffer').copy(outer, BLOCK);
    return hash('sha256', outer, 'buffer');
  };
}

const BLOCK = 64;
const LENGTH = 32;
/** Of short texts, which most are, no copy is made. */
const ROOM = 192;
