import type { Request, RequestHandler } from 'express';
import session, { type Store } from 'express-session';
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
 * express-session, with the name that its cookie has over HTTPS or without. Visitors get a session in the database only when they
 * log in. Where the database is away the request goes on without knowing who is there: pages that need to know refuse it.
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
      // an error after the answer, of a session that could not be stored, must not start the request again
      const away = error instanceof DatabaseAwayError && !response.headersSent;
      if (away) response.locals.sessionAway = true;
      next(away ? undefined : error);
    };
    renamePreviousCookie(request, names);
    (request.secure ? secure : plain)(request, response, goOn);
  };
}

/**
 * Lets express-session find a session whose cookie has a previous name. Such a session ends with SESSION_MAX_HOURS, like any other;
 * the next one has the new name.
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

/** Of a request that requireTraveller let through; a session that ended since is answered as a form that has expired. */
export function travellerOf(request: Request): SignedIn {
  const traveller = signedIn(request);
  if (!traveller) throw new ForbiddenError('token');
  return traveller;
}

/** Under a new id, so that nobody who knew the old one is logged in too; stored before anything is answered. */
export async function startSession(request: Request, traveller: SignedIn): Promise<void> {
  await done((callback) => request.session.regenerate(callback));
  request.session.traveller = traveller;
  await done((callback) => request.session.save(callback));
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
