import { createSecretKey } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler } from 'express';
import session from 'express-session';
import { DatabaseAwayError } from '../database/errors.ts';
import { ForbiddenError } from '../http/errors.ts';
import type { SessionStore, SignedIn } from '../sessions/session-store.ts';
import { cookieName, cookieOf, endedCookieHeader } from '../http/cookies.ts';
import { remembering } from '../http/remembering.ts';
import { signerBy } from '../http/signer.ts';

/**
 * A session for whoever has one; visitors without a cookie cost no query, and get a row only when they log in. Where the database is
 * away the request goes on without knowing who is there: pages that need to know refuse it.
 */
export function sessions({ store, secretKeys }: { store: SessionStore; secretKeys: SecretKeys }): RequestHandler {
  // as key objects: each signature made with a text would first make a key of it, which takes five times as long
  const secret = secretKeys.map((key) => createSecretKey(Buffer.from(key)));
  const [plain, secure] = [false, true].map((overHttps) =>
    session({
      name: cookieName(SESSION_COOKIE, overHttps),
      secret,
      store,
      resave: false,
      saveUninitialized: false,
      // 'auto', as both share a store, and the last to be made decides what cookies its new sessions have
      cookie: { httpOnly: true, sameSite: 'lax', secure: 'auto', path: '/' },
    }),
  ) as [RequestHandler, RequestHandler];
  return function sessionsMiddleware(request, response, next) {
    const known = cookieOf(request, cookieName(SESSION_COOKIE, request.secure)) !== undefined;
    if (!known && request.method !== 'POST') {
      next();
      return;
    }
    const go = (error?: unknown) => {
      const away = error instanceof DatabaseAwayError;
      if (away) response.locals.sessionAway = true;
      next(away ? undefined : error);
    };
    const failure = failures.get(request);
    if (failure) go(failure.error);
    else void (request.secure ? secure : plain)(request, response, go);
  };
}

/** The id in the cookie of a session, where it is one that express-session signed. */
export type SessionIds = (request: IncomingMessage, overHttps: boolean) => string | undefined;

export function sessionIds(secretKeys: SecretKeys): SessionIds {
  const [current, ...previous] = secretKeys;
  const signer = signerBy([Buffer.from(current), ...previous.map((key) => Buffer.from(key))]);
  const idIn = remembering((cookie) => {
    // as express-session writes it: another encoding may be none, of which decodeURIComponent() throws
    const [, encoded] = /^s%3A((?:[\w.-]|%2[BF])+)$/.exec(cookie) ?? [];
    if (encoded === undefined) return undefined;
    const text = decodeURIComponent(encoded);
    const dot = text.lastIndexOf('.');
    const [id, given] = [text.slice(0, dot), text.slice(dot + 1)];
    const signature = Buffer.from(given, 'base64');
    // as it is written, to the last bit
    return signature.toString('base64') === `${given}=` && signer.verify(id, signature) ? id : undefined;
  });
  return (request, overHttps) => {
    const cookie = cookieOf(request, cookieName(SESSION_COOKIE, overHttps));
    return cookie === undefined ? undefined : idIn(cookie);
  };
}

/** That the session could not be read, so that nobody waits for that twice. */
export function noteSessionFailure(request: IncomingMessage, error: unknown): void {
  failures.set(request, { error });
}

const failures = new WeakMap<IncomingMessage, { readonly error: unknown }>();

export function signedIn(request: Request): SignedIn | undefined {
  return (request.session as Request['session'] | undefined)?.traveller;
}

/** Of a request that requireTraveller let through; a session that ended since is answered as a form that has expired. */
export function travellerOf(request: Request): SignedIn {
  const traveller = signedIn(request);
  if (!traveller) throw new ForbiddenError('token');
  return traveller;
}

/** Under a new id, so that nobody who knew the old one is logged in too; stored before anything is answered. */
export async function startSession(request: Request, traveller: SignedIn): Promise<void> {
  const hadOne = signedIn(request) ?? cookieOf(request, cookieName(SESSION_COOKIE, request.secure));
  // who came without one has a new id already, that nobody was told
  if (hadOne !== undefined) await done((callback) => request.session.regenerate(callback));
  request.session.traveller = traveller;
  await done((callback) => request.session.save(callback));
}

export async function endSession(request: Request): Promise<void> {
  await done((callback) => request.session.destroy(callback));
  request.res?.append('Set-Cookie', endedCookieHeader(SESSION_COOKIE, request.secure));
}

function done(start: (callback: (error?: Error | null) => void) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

type SecretKeys = readonly [string, ...string[]];

export const SESSION_COOKIE = 'sid';
