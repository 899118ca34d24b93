import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Encrypts text, so that the database and its backups do not reveal it. */
export interface Sealer {
  seal(text: string): Buffer;
  /** Undefined if it was altered, or sealed with a key that is no longer known. */
  open(sealed: Buffer): string | undefined;
}

/** AES-256-GCM. Seals with the first key and opens with any. Each purpose has keys of its own, derived from `secretKeys`. */
export function createSealer(secretKeys: readonly [string, ...string[]], purpose: string): Sealer {
  const derive = (key: string) => Buffer.from(hkdfSync('sha256', key, '', purpose, 32));
  const [current, ...previous] = secretKeys;
  const sealing = derive(current);
  const keys = [sealing, ...previous.map(derive)];
  return {
    seal(text) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, sealing, nonce);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]);
    },
    open(sealed) {
      for (const key of keys) {
        const text = opened(sealed, key);
        if (text !== undefined) return text;
      }
      return undefined;
    },
  };
}

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

function opened(sealed: Buffer, key: Buffer): string | undefined {
  const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  if (tag.length < TAG_BYTES) return undefined;
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES)).setAuthTag(tag);
  try {
    const body = sealed.subarray(NONCE_BYTES + TAG_BYTES);
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
