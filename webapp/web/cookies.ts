import type { CookieOptions, Request, Response } from 'express';

/**
 * The prefix of our cookie names, which differs between installations. A browser sends the cookies of a host to all its ports (RFC 6265,
 * 8.5), so two applications there must use different names.
 */
export interface CookieNames {
  readonly prefix: string;
  /** Prefixes that are still read, so that a new prefix signs nobody out. '' stands for none. */
  readonly previous: readonly string[];
}

/**
 * Over HTTPS the name begins with `__Host-`: browsers then take the cookie from this host alone, and only over HTTPS. Over plain HTTP they
 * refuse such a cookie.
 */
export function cookieName(prefix: string, name: string, overHttps: boolean): string {
  return `${overHttps ? '__Host-' : ''}${prefix === '' ? '' : `${prefix}-`}${name}`;
}

/** The name of the Express setting that holds the CookieNames. */
export const COOKIE_NAMES = 'cookie names';

/** The value of an unsigned cookie. */
export function readCookie(request: Request, name: string): string | undefined {
  const value = cookieIn(request.cookies, ownName(request, name));
  return typeof value === 'string' ? value : undefined;
}

/** Also reads the previous names. Another application may have set those. */
export function readCookies(request: Request, name: string): readonly string[] {
  const { prefix, previous } = namesOf(request);
  const values = [prefix, ...previous].map((one) => cookieIn(request.cookies, cookieName(one, name, request.secure)));
  return values.filter((value) => typeof value === 'string');
}

/** Undefined also if the signature is wrong. */
export function readSignedCookie(request: Request, name: string): unknown {
  const { prefix } = namesOf(request);
  return cookieIn(request.signedCookies, cookieName(prefix, name, request.secure));
}

/** `maxAge` is in milliseconds. Without it the cookie lasts until the browser closes. */
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
