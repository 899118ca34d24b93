import express, { Router } from 'express';
import type { Attempts } from './attempts.ts';
import type { SessionCookie } from './session-cookie.ts';
import type { Sessions } from './sessions.ts';

export interface AccessRoutesOptions {
  readonly sessions: Pick<Sessions, 'start' | 'end'>;
  readonly cookie: SessionCookie;
  readonly attempts: Attempts;
}

const INVALID = 'The API server does not accept this token. It may have expired, or be of another cluster.';
const TOO_MANY = 'Too many attempts. Wait a minute, then try again.';

/** Signing in and out. */
export function accessRoutes({ sessions, cookie, attempts }: AccessRoutesOptions): Router {
  const router = Router();

  router.get('/sign-in', (request, response) => {
    const next = returnPath(request.query.next);
    if (response.locals.viewer) response.redirect(303, next);
    else response.render('sign-in', { title: 'Sign in', next, error: undefined });
  });

  router.post('/sign-in', express.urlencoded({ extended: false, limit: '20kb' }), async (request, response) => {
    const { token, next } = fieldsOf(request.body);
    const refuse = (status: number, error: string): void =>
      response.status(status).render('sign-in', { title: 'Sign in', next: returnPath(next), error });
    const { remoteAddress: address = '' } = request.socket;
    if (!attempts.hasLeft(address)) {
      response.set('Retry-After', '60');
      refuse(429, TOO_MANY);
      return;
    }
    const id = token === '' ? undefined : await sessions.start(token);
    if (id === undefined) {
      attempts.fail(address);
      refuse(401, INVALID);
      return;
    }
    cookie.write(request, response, id);
    response.redirect(303, returnPath(next));
  });

  router.post('/sign-out', (request, response) => {
    const id = cookie.read(request);
    if (id !== undefined) sessions.end(id);
    cookie.clear(request, response);
    response.redirect(303, '/sign-in');
  });

  return router;
}

function fieldsOf(body: unknown): { token: string; next: string } {
  const fields = (body ?? {}) as Readonly<Record<string, unknown>>;
  const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');
  return { token: textOf(fields.token), next: textOf(fields.next) };
}

/** A path of this page. Anything else leads to the list. */
export function returnPath(next: unknown): string {
  return typeof next === 'string' && /^\/($|\?|apps\/|operator($|\?))/.test(next) && !next.includes('\\') ? next : '/';
}
