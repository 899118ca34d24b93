import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

/** Signs with the first key and accepts any of them; each purpose has keys of its own, derived from these. */
export interface Signer {
  sign(text: string): Buffer;
  verify(text: string, signature: Buffer): boolean;
}

export function createSigner(secretKeys: readonly [string, ...string[]], purpose: string): Signer {
  const derive = (key: string) => createSecretKey(createHmac('sha256', key).update(purpose).digest());
  const [current, ...previous] = secretKeys;
  return signerBy([derive(current), ...previous.map(derive)]);
}

/** By these very keys: as objects, as made from bytes anew a key costs five times as much as the signature. */
export function signerBy(keys: readonly [KeyObject, ...KeyObject[]]): Signer {
  const mac = (key: KeyObject, text: string) => createHmac('sha256', key).update(text).digest();
  return {
    sign: (text) => mac(keys[0], text),
    verify: (text, signature) =>
      signature.length === 32 && keys.some((key) => timingSafeEqual(mac(key, text), signature)),
  };
}
