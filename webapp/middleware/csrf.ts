import { randomBytes } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { cookieOf } from '../http/cookies.ts';
import { ForbiddenError } from '../http/errors.ts';
import { textOf } from '../http/form.ts';
import type { Signer } from '../http/signer.ts';
import { isSafe } from './same-origin.ts';
import { signedIn } from './sessions.ts';

/** The name of the hidden field that carries the token. */
export const CSRF_FIELD = '_csrf';

/**
 * A token for the forms of a page: bound to the session, or for visitors to a random cookie, which is set when the first form is
 * rendered. Masked anew each time, so that compression tells nothing about it.
 */
export function csrfToken(request: Request, response: Response, signer: Signer): string {
  const binding = bindingOf(request) ?? newBinding(request, response);
  const mac = signer.sign(binding);
  const mask = randomBytes(mac.length);
  return Buffer.concat([mask, xor(mask, mac)]).toString('base64url');
}

export function csrf(signer: Signer): RequestHandler {
  return function csrfMiddleware(request, _response, next) {
    if (isSafe(request.method)) {
      next();
      return;
    }
    const binding = bindingOf(request);
    const token = Buffer.from(textOf(request.body, CSRF_FIELD), 'base64url');
    const half = token.length / 2;
    const right =
      binding !== undefined &&
      token.length === 64 &&
      signer.verify(binding, xor(token.subarray(0, half), token.subarray(half)));
    next(right ? undefined : new ForbiddenError('token'));
  };
}

function bindingOf(request: Request): string | undefined {
  if (signedIn(request)) return `session:${request.sessionID}`;
  const cookie = cookieOf(request, cookieName(request));
  return cookie === undefined ? undefined : `visitor:${cookie}`;
}

function newBinding(request: Request, response: Response): string {
  const value = randomBytes(18).toString('base64url');
  const options = { httpOnly: true, sameSite: 'lax', secure: request.secure, path: '/' } as const;
  response.cookie(cookieName(request), value, options);
  // a second form on the same page belongs to the same cookie
  request.headers.cookie = [request.headers.cookie, `${cookieName(request)}=${value}`].filter(Boolean).join('; ');
  return `visitor:${value}`;
}

function cookieName(request: Request): string {
  return request.secure ? '__Host-csrf' : 'csrf';
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, index) => byte ^ (b[index] ?? 0)));
}
