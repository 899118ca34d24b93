import type { CookieOptions, Request, Response } from 'express';

/** Over HTTPS with the prefix that no other host, and nothing over plain HTTP, can set. */
export function cookieName(name: string, overHttps: boolean): string {
  return overHttps ? `__Host-${name}` : name;
}

/** The value of a cookie of ours that is not signed. */
export function readCookie(request: Request, name: string): string | undefined {
  const value = (request.cookies as Readonly<Record<string, unknown>>)[cookieName(name, request.secure)];
  return typeof value === 'string' ? value : undefined;
}

/** For as long as the browser is open, unless `maxAge` says otherwise, in milliseconds. */
export function setCookie(
  response: Response,
  name: string,
  value: string | object,
  options: Pick<CookieOptions, 'maxAge' | 'signed'> = {},
): void {
  const { secure } = response.req;
  response.cookie(cookieName(name, secure), value, { ...attributes(secure), ...options });
}

export function clearCookie(response: Response, name: string): void {
  const { secure } = response.req;
  response.clearCookie(cookieName(name, secure), attributes(secure));
}

function attributes(secure: boolean): CookieOptions {
  return { httpOnly: true, sameSite: 'lax', secure, path: '/' };
}
