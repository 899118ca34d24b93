import { randomBytes } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { DatabaseAwayError } from '../database/errors.ts';
import type { Signer } from '../signer.ts';
import { readCookie, setCookie } from './cookies.ts';
import { textOf } from './form.ts';
import { ForbiddenError } from './http-errors.ts';
import { signedIn } from './sessions.ts';

/**
 * The token for the forms of a page: bound to the session, or for visitors to a random cookie, which is set with the first form.
 * It is masked anew each time, so that compression tells nothing about it.
 */
export function csrfToken(request: Request, response: Response, signer: Signer): string {
  let binding = bindingOf(request);
  if (binding === undefined) {
    const cookie = randomBytes(18).toString('base64url');
    setCookie(response, COOKIE, cookie);
    binding = visitorBinding(cookie);
  }
  return masked(signer.sign(binding));
}

/** Looks whether a form that is sent has the token of its page; `requireToken` refuses one that has not. */
export function csrf(signer: Signer): RequestHandler {
  return function csrfMiddleware(request, response, next) {
    const binding = bindingOf(request);
    const token = Buffer.from(textOf(request.body, FIELD), 'base64url');
    const half = token.length / 2;
    response.locals.tokenIsRight =
      binding !== undefined &&
      token.length === 64 &&
      signer.verify(binding, xor(token.subarray(0, half), token.subarray(half)));
    next();
  };
}

/** For each route that takes a form: after the question who is logged in, as a form of an ended session leads to the log-in. */
export const requireToken: RequestHandler = function requireToken(_request, response, next) {
  if (response.locals.sessionAway) next(new DatabaseAwayError());
  else next(response.locals.tokenIsRight ? undefined : new ForbiddenError('token'));
};

const FIELD = '_csrf';
const COOKIE = 'csrf';

function bindingOf(request: Request): string | undefined {
  if (signedIn(request)) return `session:${request.sessionID}`;
  const cookie = readCookie(request, COOKIE);
  return cookie === undefined ? undefined : visitorBinding(cookie);
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
