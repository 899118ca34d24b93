import type { CookieOptions, Request, Response } from 'express';

/**
 * What comes before the names of our cookies. Browsers tell applications on two ports of one host apart by the names of their
 * cookies alone (RFC 6265, 8.5), so each installation has names of its own.
 */
export interface CookieNames {
  readonly prefix: string;
  /** Prefixes that are still read, so that a change of the names signs nobody out; '' stands for names without one. */
  readonly previous: readonly string[];
}

/** Over HTTPS with the prefix that no other host, and nothing over plain HTTP, can set. */
export function cookieName(prefix: string, name: string, overHttps: boolean): string {
  return `${overHttps ? '__Host-' : ''}${prefix === '' ? '' : `${prefix}-`}${name}`;
}

/** The Express setting that holds the cookie names. */
export const COOKIE_NAMES = 'cookie names';

/** The value of a cookie of ours that is not signed. */
export function readCookie(request: Request, name: string): string | undefined {
  const value = cookieIn(request.cookies, ownName(request, name));
  return typeof value === 'string' ? value : undefined;
}

/** That one, and those of previous names: they may be another application's. */
export function readCookies(request: Request, name: string): readonly string[] {
  const { prefix, previous } = namesOf(request);
  const values = [prefix, ...previous].map((one) => cookieIn(request.cookies, cookieName(one, name, request.secure)));
  return values.filter((value) => typeof value === 'string');
}

/** The value of one that is; undefined also where somebody else has signed it. */
export function readSignedCookie(request: Request, name: string): unknown {
  const { prefix } = namesOf(request);
  return cookieIn(request.signedCookies, cookieName(prefix, name, request.secure));
}

/** For as long as the browser is open, unless `maxAge` says otherwise, in milliseconds. */
export function setCookie(
  response: Response,
  name: string,
  value: string | object,
  options: Pick<CookieOptions, 'maxAge' | 'signed'> = {},
): void {
  const { req: request } = response;
  response.cookie(ownName(request, name), value, { ...attributes(request), ...options });
}

export function clearCookie(response: Response, name: string): void {
  const { req: request } = response;
  response.clearCookie(ownName(request, name), attributes(request));
}

function ownName(request: Request, name: string): string {
  return cookieName(namesOf(request).prefix, name, request.secure);
}

function attributes({ secure }: Request): CookieOptions {
  return { httpOnly: true, sameSite: 'lax', secure, path: '/' };
}

function namesOf(request: Request): CookieNames {
  return request.app.get(COOKIE_NAMES) as CookieNames;
}

function cookieIn(cookies: unknown, name: string): unknown {
  return (cookies as Readonly<Record<string, unknown>>)[name];
}
