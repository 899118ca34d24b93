import { randomBytes } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { DatabaseAwayError } from '../database/errors.ts';
import { cookieHeader, cookieName, cookieOf } from '../http/cookies.ts';
import { ForbiddenError } from '../http/errors.ts';
import { textOf } from '../http/form.ts';
import type { Signer } from '../http/signer.ts';
import { signedIn } from './sessions.ts';

/** The name of the hidden field that carries the token. */
export const CSRF_FIELD = '_csrf';

/**
 * A token for the forms of a page: bound to the session, or for visitors to a random cookie, which is set when the first form is
 * rendered. Masked anew each time, so that compression tells nothing about it.
 */
export function csrfToken(request: Request, response: Response, signer: Signer): string {
  if (signedIn(request)) return masked(signer.sign(travellerBinding(request.sessionID)));
  const name = cookieName(CSRF_COOKIE, request.secure);
  let value = cookieOf(request, name);
  if (value === undefined) {
    value = randomBytes(18).toString('base64url');
    response.append('Set-Cookie', cookieHeader(CSRF_COOKIE, value, request.secure));
  }
  return masked(signer.sign(visitorBinding(value)));
}

/** Looks whether a form that is sent has the token of its page; `requireToken` refuses one that has not. */
export function csrf(signer: Signer): RequestHandler {
  return function csrfMiddleware(request, response, next) {
    const binding = bindingOf(request);
    const token = Buffer.from(textOf(request.body, CSRF_FIELD), 'base64url');
    const half = token.length / 2;
    const right =
      binding !== undefined &&
      token.length === 64 &&
      signer.verify(binding, xor(token.subarray(0, half), token.subarray(half)));
    response.locals.tokenIsRight = right;
    next();
  };
}

/** For each route that takes a form: after the question who is logged in, as a form of an ended session leads to the log-in. */
export const requireToken: RequestHandler = function requireToken(_request, response, next) {
  if (response.locals.sessionAway) next(new DatabaseAwayError());
  else next(response.locals.tokenIsRight ? undefined : new ForbiddenError('token'));
};

const CSRF_COOKIE = 'csrf';

function bindingOf(request: Request): string | undefined {
  if (signedIn(request)) return travellerBinding(request.sessionID);
  const cookie = cookieOf(request, cookieName(CSRF_COOKIE, request.secure));
  return cookie === undefined ? undefined : visitorBinding(cookie);
}

function travellerBinding(sessionId: string): string {
  return `session:${sessionId}`;
}

function visitorBinding(cookie: string): string {
  return `visitor:${cookie}`;
}

/** A mask, and what it hides. */
function masked(signature: Buffer): string {
  const mask = randomBytes(signature.length);
  return Buffer.concat([mask, xor(mask, signature)]).toString('base64url');
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, index) => byte ^ (b[index] ?? 0)));
}
