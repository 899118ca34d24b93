import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { User } from './viewer.ts';

/** The headers that an authenticating proxy sets. It must remove those that its clients send. */
export const PROXY_HEADER = {
  /** The shared secret. */
  secret: 'x-proxy-secret',
  user: 'x-remote-user',
  /** Groups, separated by commas. */
  groups: 'x-remote-group',
} as const;

/** The user in the headers of a proxy that knows the secret. Undefined without the secret, or without a user. */
export function proxyUser(headers: IncomingHttpHeaders, secret: string | undefined): User | undefined {
  const username = textOf(headers[PROXY_HEADER.user]);
  if (secret === undefined || username === '' || !isEqual(textOf(headers[PROXY_HEADER.secret]), secret))
    return undefined;
  const groups = textOf(headers[PROXY_HEADER.groups]).split(',').map((group) => group.trim()); // prettier-ignore
  return { username, groups: [...new Set([...groups.filter((group) => group !== ''), 'system:authenticated'])] };
}

const textOf = (header: string | string[] | undefined): string =>
  Array.isArray(header) ? header.join(',') : (header ?? '');

/** Takes the same time wherever the two differ. */
function isEqual(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
