import { createHmac, timingSafeEqual } from 'node:crypto';

/** Signs with the first key and accepts any of them. */
export interface Signer {
  sign(text: string): Buffer;
  verify(text: string, signature: Buffer): boolean;
}

export function createSigner(secretKeys: readonly [string, ...string[]], purpose: string): Signer {
  const [current, ...previous] = derivedKeys(secretKeys, purpose);
  return {
    sign: (text) => hmac(current, text),
    verify: (text, signature) =>
      signature.length === LENGTH && [current, ...previous].some((key) => timingSafeEqual(hmac(key, text), signature)),
  };
}

/** Keys for one purpose: what they sign is not valid for another. */
export function derivedKeys(
  secretKeys: readonly [string, ...string[]],
  purpose: string,
): readonly [Buffer, ...Buffer[]] {
  const [current, ...previous] = secretKeys;
  return [hmac(current, purpose), ...previous.map((key) => hmac(key, purpose))];
}

const LENGTH = 32;

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
