import type { Request, RequestHandler } from 'express';
import session from 'express-session';
import { DatabaseAwayError } from '../database/errors.ts';
import { ForbiddenError } from '../http/errors.ts';
import type { SessionStore, SignedIn } from '../sessions/session-store.ts';
import { cookieName, cookieOf, endedCookieHeader } from '../http/cookies.ts';

/**
 * A session for whoever has one; visitors without a cookie cost no query, and get a row only when they log in. Where the database is
 * away the request goes on without knowing who is there: pages that need to know refuse it.
 */
export function sessions({ store, secretKeys }: { store: SessionStore; secretKeys: SecretKeys }): RequestHandler {
  const [plain, secure] = [false, true].map((overHttps) =>
    session({
      name: cookieName(SESSION_COOKIE, overHttps),
      secret: [...secretKeys],
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
    void (request.secure ? secure : plain)(request, response, go);
  };
}

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
