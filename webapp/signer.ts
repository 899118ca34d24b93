import { createHmac, timingSafeEqual } from 'node:crypto';

/** Signs with the first key and accepts any of them; each purpose has keys of its own, derived from these. */
export interface Signer {
  sign(text: string): Buffer;
  verify(text: string, signature: Buffer): boolean;
}

export function createSigner(secretKeys: readonly [string, ...string[]], purpose: string): Signer {
  const [current, ...previous] = secretKeys.map((key) => hmac(key, purpose)) as [Buffer, ...Buffer[]];
  return {
    sign: (text) => hmac(current, text),
    verify: (text, signature) =>
      signature.length === LENGTH && [current, ...previous].some((key) => timingSafeEqual(hmac(key, text), signature)),
  };
}

const LENGTH = 32;

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
