import type { Request, RequestHandler } from 'express';
import { RefusedError } from '../refused-error.ts';
import { withQuery } from '../model/links.ts';
import { isFromLoopback } from './hosts.ts';
import type { Mode } from './mode.ts';
import { proxyUser } from './proxy-identity.ts';
import type { SessionCookie } from './session-cookie.ts';
import type { Sessions } from './sessions.ts';
import type { Viewer } from './viewer.ts';

export interface GateOptions {
  readonly mode: () => Promise<Mode>;
  readonly sessions: Pick<Sessions, 'userOf'>;
  readonly cookie: Pick<SessionCookie, 'read'>;
  readonly proxySecret: string | undefined;
}

/** Returns who sends a request. Undefined for somebody who has to sign in. */
export type Identify = (request: Request) => Promise<Viewer | undefined>;

/**
 * 1. A proxy that knows the secret says who it is.
 * 2. Where nobody has to sign in, loopback alone is let in.
 * 3. Otherwise the cookie names a session.
 *
 * The function that it returns throws RefusedError for a request that signing in would not help.
 */
export function createIdentify({ mode, sessions, cookie, proxySecret }: GateOptions): Identify {
  return async (request) => {
    const user = proxyUser(request.headers, proxySecret);
    if (user) return { kind: 'user', user, session: undefined };
    if ((await mode()) === 'loopback') {
      if (isFromLoopback(request)) return { kind: 'loopback' };
      throw new RefusedError(403, LOOPBACK_ONLY);
    }
    const session = cookie.read(request);
    const signedIn = session === undefined ? undefined : await sessions.userOf(session);
    return signedIn && { kind: 'user', user: signedIn, session };
  };
}

const LOOPBACK_ONLY =
  'This page answers on the loopback interface of its pod alone, where kubectl port-forward leads. With the ClusterRole vacation-operator-status-page people can sign in from elsewhere.';

export function identified(identify: Identify): RequestHandler {
  return async function identifiedMiddleware(request, response, next) {
    response.locals.viewer = await identify(request);
    next();
  };
}

/** Leads somebody who is not signed in to the form, and back to the page afterwards. */
export const requireViewer: RequestHandler = function requireViewer(request, response, next) {
  if (response.locals.viewer) next();
  else
    response.redirect(
      303,
      withQuery('/sign-in', { next: request.originalUrl === '/' ? undefined : request.originalUrl }),
    );
};

/** For a request that is no page. */
export const requireViewerOfStream: RequestHandler = function requireViewerOfStream(_request, response, next) {
  if (response.locals.viewer) next();
  else response.status(401).set('WWW-Authenticate', 'Bearer').type('text/plain').send('Sign in first.\n');
};
