import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import { DatabaseAwayError } from '../database/errors.ts';
import { cookieHeader, cookieName, cookieOf } from '../http/cookies.ts';
import { ForbiddenError } from '../http/errors.ts';
import { textOf } from '../http/form.ts';
import { randomPart } from '../http/random.ts';
import { remembering } from '../http/remembering.ts';
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
  if (signedIn(request)) return masked(signer.sign(travellerBinding(request.sessionID)));
  const { token, cookie, setCookie } = visitorToken(request, request.secure, signer);
  if (setCookie !== undefined) {
    response.append('Set-Cookie', setCookie);
    // a second form on the same page belongs to the same cookie
    request.headers.cookie = [request.headers.cookie, cookie].filter(Boolean).join('; ');
  }
  return token;
}

/** Tokens for the forms of pages that are shown in the session with an id. */
export function travellerTokens(signer: Signer): (sessionId: string) => string {
  const signature = remembering((sessionId) => signer.sign(travellerBinding(sessionId)));
  return (sessionId) => masked(signature(sessionId));
}

export interface VisitorToken {
  readonly token: string;
  /** What the token belongs to, as `name=value`; and the header that sets it, where the visitor does not have it yet. */
  readonly cookie: string;
  readonly setCookie: string | undefined;
}

export function visitorToken(request: IncomingMessage, overHttps: boolean, signer: Signer): VisitorToken {
  const name = cookieName(CSRF_COOKIE, overHttps);
  const known = cookieOf(request, name);
  const value = known ?? randomPart(18).toString('base64url');
  return {
    token: masked(signer.sign(visitorBinding(value))),
    cookie: `${name}=${value}`,
    setCookie: known === undefined ? cookieHeader(CSRF_COOKIE, value, overHttps) : undefined,
  };
}

export function csrf(signer: Signer): RequestHandler {
  return function csrfMiddleware(request, response, next) {
    if (isSafe(request.method)) {
      next();
      return;
    }
    if (response.locals.sessionAway) {
      next(new DatabaseAwayError());
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
  const { length } = signature;
  const mask = randomPart(length);
  const token = Buffer.allocUnsafe(2 * length);
  for (let at = 0; at < length; at++) {
    const byte = mask[at] ?? 0;
    token[at] = byte;
    token[length + at] = byte ^ (signature[at] ?? 0);
  }
  return token.toString('base64url');
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, index) => byte ^ (b[index] ?? 0)));
}
