import { randomBytes } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { DatabaseAwayError } from '../database/errors.ts';
import { cookieHeader, cookieName, cookieOf, endedCookieHeader } from '../http/cookies.ts';
import { ForbiddenError } from '../http/errors.ts';
import type { Signer } from '../http/signer.ts';
import type { SessionStore, SignedIn } from '../sessions/session-store.ts';

/** The session of a request; without an id while nobody is logged in. */
export interface RequestSession {
  readonly id: string | undefined;
  readonly traveller: SignedIn | undefined;
  start(traveller: SignedIn): Promise<void>;
  end(): Promise<void>;
}

/**
 * A session for whoever has one; visitors without a cookie cost no query, and get a row only when they log in. Where the database is
 * away the request goes on without knowing who is there: pages that need to know refuse it.
 */
export function sessions({ store, signer }: { store: SessionStore; signer: Signer }): RequestHandler {
  return async function sessionsMiddleware(request, response, next) {
    const id = sessionIdOf(request, signer);
    let traveller: SignedIn | undefined;
    if (id !== undefined) {
      try {
        traveller = await store.find(id);
      } catch (error) {
        if (!(error instanceof DatabaseAwayError)) throw error;
        response.locals.sessionAway = true;
      }
    }
    request.session = sessionOf(request, response, { store, signer, id: traveller && id, traveller });
    next();
  };
}

export function signedIn(request: Request): SignedIn | undefined {
  return request.session?.traveller;
}

/** Of a request that requireTraveller let through; a session that ended since is answered as a form that has expired. */
export function travellerOf(request: Request): SignedIn {
  const traveller = signedIn(request);
  if (!traveller) throw new ForbiddenError('token');
  return traveller;
}

/** Under a new id, so that nobody who knew the old one is logged in too; stored before anything is answered. */
export async function startSession(request: Request, traveller: SignedIn): Promise<void> {
  await present(request).start(traveller);
}

export async function endSession(request: Request): Promise<void> {
  await present(request).end();
}

function present({ session }: Request): RequestSession {
  if (!session) throw new Error('The way of this request did not lead through sessions()');
  return session;
}

interface Loaded {
  readonly store: SessionStore;
  readonly signer: Signer;
  readonly id: string | undefined;
  readonly traveller: SignedIn | undefined;
}

function sessionOf(request: Request, response: Response, { store, signer, id, traveller }: Loaded): RequestSession {
  const replace = async (next: RequestSession, setCookie: string) => {
    if (id !== undefined) await store.remove(id);
    request.session = next;
    response.append('Set-Cookie', setCookie);
  };
  return {
    id,
    traveller,
    async start(whom) {
      const fresh = randomBytes(24).toString('base64url');
      await store.add(fresh, whom);
      const signed = `${fresh}.${signer.sign(fresh).toString('base64url')}`;
      const next = sessionOf(request, response, { store, signer, id: fresh, traveller: whom });
      await replace(next, cookieHeader(SESSION_COOKIE, signed, request.secure));
    },
    async end() {
      const next = sessionOf(request, response, { store, signer, id: undefined, traveller: undefined });
      await replace(next, endedCookieHeader(SESSION_COOKIE, request.secure));
    },
  };
}

export const SESSION_COOKIE = 'sid';

/** The id in the cookie, where one of our keys signed it: the database is not asked for what anybody makes up. */
function sessionIdOf(request: Request, signer: Signer): string | undefined {
  const value = cookieOf(request, cookieName(SESSION_COOKIE, request.secure));
  if (value === undefined) return undefined;
  const [id = '', signature = ''] = value.split('.');
  return signer.verify(id, Buffer.from(signature, 'base64url')) ? id : undefined;
}
