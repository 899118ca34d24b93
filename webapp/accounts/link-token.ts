import { createHash, randomBytes } from 'node:crypto';

/** The secret of a link in a mail: 256 random bits. Tables store only its hash, from which nobody can make the link. */
export type LinkToken = string & { readonly linkToken: never };

export function newLinkToken(): LinkToken {
  return randomBytes(32).toString('base64url') as LinkToken;
}

export function linkTokenOf(text: string): LinkToken | undefined {
  return /^[\w-]{43}$/.test(text) ? (text as LinkToken) : undefined;
}

export function linkTokenHash(token: LinkToken): Buffer {
  return createHash('sha256').update(token).digest();
}
