import { randomBytes } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { DatabaseAwayError } from '../database/errors.ts';
import type { Signer } from '../signer.ts';
import { readCookie, readCookies, setCookie } from './cookies.ts';
import { textOf } from './form.ts';
import { ForbiddenError } from './http-errors.ts';
import { signedIn } from './sessions.ts';

/**
 * The tokens for the forms of a page. A traveller's token is bound to the session. A visitor's token is bound to a random cookie, which
 * is set with the first form. Log-in and registration always use a visitor's token, because another tab may log in or out before they are
 * sent. Each token has a new mask, so that the size of a compressed page reveals nothing about it.
 */
export function csrfTokens(request: Request, response: Response, signer: Signer) {
  let cookie = readCookie(request, COOKIE);
  const visitorToken = () => {
    if (cookie === undefined) {
      cookie = randomBytes(18).toString('base64url');
      setCookie(response, COOKIE, cookie);
    }
    return masked(signer.sign(visitorBinding(cookie)));
  };
  const travellerToken = () => masked(signer.sign(sessionBinding(request)));
  return { visitorToken, csrfToken: () => (signedIn(request) ? travellerToken() : visitorToken()) };
}

/** Notes which kind of token a form has. `requireToken` and `requireVisitorToken` refuse a form without the right one. */
export function csrf(signer: Signer): RequestHandler {
  return function csrfMiddleware(request, response, next) {
    const token = Buffer.from(textOf(request.body, CSRF_FIELD), 'base64url');
    const half = token.length / 2;
    const isFor = (binding: string) =>
      token.length === 64 && signer.verify(binding, xor(token.subarray(0, half), token.subarray(half)));
    if (signedIn(request) && isFor(sessionBinding(request))) response.locals.token = 'traveller';
    else if (readCookies(request, COOKIE).map(visitorBinding).some(isFor)) response.locals.token = 'visitor';
    next();
  };
}

/** For each route that takes a traveller's form. Put it after `requireTraveller`: a form of an ended session then leads to the log-in instead of 403. */
export const requireToken: RequestHandler = function requireToken(_request, response, next) {
  if (response.locals.sessionAway) next(new DatabaseAwayError());
  else next(response.locals.token === 'traveller' ? undefined : new ForbiddenError('token'));
};

/** For each route that takes a visitor's form. */
export const requireVisitorToken: RequestHandler = function requireVisitorToken(request, response, next) {
  if (response.locals.sessionAway) next(new DatabaseAwayError());
  else if (response.locals.token !== undefined) next();
  else next(new ForbiddenError(readCookies(request, COOKIE).length === 0 ? 'no cookie' : 'token'));
};

export const CSRF_FIELD = '_csrf';
const COOKIE = 'csrf';

function sessionBinding({ sessionID }: Request): string {
  return `session:${sessionID}`;
}

function visitorBinding(cookie: string): string {
  return `visitor:${cookie}`;
}

/** The mask, followed by the masked signature. */
function masked(signature: Buffer): string {
  const mask = randomBytes(signature.length);
  return Buffer.concat([mask, xor(mask, signature)]).toString('base64url');
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, index) => byte ^ (b[index] ?? 0)));
}
