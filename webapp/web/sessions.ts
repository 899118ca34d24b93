import type { Request, RequestHandler } from 'express';
import session, { type Cookie, type Store } from 'express-session';
import { DatabaseAwayError } from '../database/errors.ts';
import type { SignedIn } from '../sessions/session-store.ts';
import { clearCookie, type CookieNames, cookieName } from './cookies.ts';
import { ForbiddenError } from './http-errors.ts';

export interface SessionOptions {
  readonly store: Store;
  readonly secretKeys: readonly string[];
  readonly names: CookieNames;
}

/**
 * express-session takes one cookie name, so there is one for HTTP and one for HTTPS, where the name has another prefix (see cookieName).
 * Visitors get a session in the database only when they log in. If the database is away, the request goes on without a traveller, and
 * pages that need one refuse it.
 */
export function sessions({ store, secretKeys, names }: SessionOptions): RequestHandler {
  const sessionFor = (overHttps: boolean) =>
    session({
      name: cookieName(names.prefix, COOKIE, overHttps),
      secret: [...secretKeys],
      store,
      resave: false,
      saveUninitialized: false,
      cookie: { httpOnly: true, sameSite: 'lax', secure: 'auto', path: '/' },
    });
  const [plain, secure] = [sessionFor(false), sessionFor(true)];
  return function sessionsMiddleware(request, response, next) {
    const goOn = (error?: unknown) => {
      const away = error instanceof DatabaseAwayError;
      if (away) response.locals.sessionAway = true;
      next(away ? undefined : error);
    };
    renamePreviousCookie(request, names);
    (request.secure ? secure : plain)(request, response, goOn);
  };
}

/**
 * Lets express-session find a session whose cookie has a previous name. Such a session ends after SESSION_MAX_HOURS like any other.
 * The next one gets the new name.
 */
function renamePreviousCookie(request: Request, { prefix, previous }: CookieNames): void {
  const pairs = request.headers.cookie?.split(/; */) ?? [];
  const pairOf = (one: string) => pairs.find((pair) => pair.startsWith(`${cookieName(one, COOKIE, request.secure)}=`));
  if (pairOf(prefix) !== undefined) return;
  const old = previous.map(pairOf).find((pair) => pair !== undefined);
  if (old === undefined) return;
  const renamed = cookieName(prefix, COOKIE, request.secure) + old.slice(old.indexOf('='));
  request.headers.cookie = [...pairs, renamed].join('; ');
}

export function signedIn(request: Request): SignedIn | undefined {
  return (request.session as Request['session'] | undefined)?.traveller;
}

/** Use it after requireTraveller. If the session has ended since, the form counts as expired. */
export function travellerOf(request: Request): SignedIn {
  const traveller = signedIn(request);
  if (!traveller) throw new ForbiddenError('token');
  return traveller;
}

/** Whether the session still exists. Another request may have ended it meanwhile. */
export async function hasSession(request: Request): Promise<boolean> {
  let isFound = false;
  await done((callback) => {
    request.sessionStore.get(request.sessionID, (error: Error | null, session) => {
      isFound = !!session;
      callback(error);
    });
  });
  return isFound;
}

/**
 * Uses a new id, so that somebody who knew the old one is not logged in too. `begin` stores the session before the answer. If it
 * resolves to undefined, there is no session, and this resolves to false.
 */
export async function startSession(
  request: Request,
  begin: (id: string, cookie: Cookie) => Promise<SignedIn | undefined>,
): Promise<boolean> {
  await done((callback) => request.session.regenerate(callback));
  const traveller = await begin(request.sessionID, request.session.cookie);
  if (traveller) request.session.traveller = traveller;
  else await endSession(request);
  return traveller !== undefined;
}

export async function endSession(request: Request): Promise<void> {
  await done((callback) => request.session.destroy(callback));
  if (request.res) clearCookie(request.res, COOKIE);
}

function done(start: (callback: (error?: Error | null) => void) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

const COOKIE = 'sid';
