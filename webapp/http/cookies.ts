import type { IncomingMessage } from 'node:http';

/** The value of a cookie of the request, undecoded. */
export function cookieOf(request: Pick<IncomingMessage, 'headers'>, name: string): string | undefined {
  const header = request.headers.cookie;
  if (header === undefined) return undefined;
  for (const pair of header.split(';')) {
    const separator = pair.indexOf('=');
    if (separator > 0 && pair.slice(0, separator).trim() === name) return pair.slice(separator + 1).trim();
  }
  return undefined;
}

/** Over HTTPS with the prefix that no other host, and nothing over plain HTTP, can set. */
export function cookieName(name: string, overHttps: boolean): string {
  return overHttps ? `__Host-${name}` : name;
}

/**
 * A Set-Cookie header for so many seconds, or else for as long as the browser is open; the value must be plain letters, digits,
 * dots and dashes.
 */
export function cookieHeader(name: string, value: string, overHttps: boolean, seconds?: number): string {
  const age = seconds === undefined ? '' : `; Max-Age=${seconds}`;
  return `${cookieName(name, overHttps)}=${value}; ${attributes(overHttps)}${age}`;
}

export function endedCookieHeader(name: string, overHttps: boolean): string {
  return `${cookieName(name, overHttps)}=; ${attributes(overHttps)}; Expires=Thu, 01 Jan 1970 00:00:00 GMT`;
}

function attributes(overHttps: boolean): string {
  return `Path=/; HttpOnly;${overHttps ? ' Secure;' : ''} SameSite=Lax`;
}
