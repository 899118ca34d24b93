import type { RequestHandler } from 'express';
import type { Alert } from '../http/alerts.ts';
import type { Pages } from '../http/pages.ts';
import { signedIn } from './sessions.ts';

export const LOGGED_OUT: Alert = { kind: 'info', text: 'You have been logged out.' };

/** Who wants to log out and is so already is told so: the token of their page ended with their session. */
export function loggedOut(pages: Pages): RequestHandler {
  return function loggedOutMiddleware(request, response, next) {
    if (request.method !== 'POST' || signedIn(request) || response.locals.sessionAway) next();
    else pages.redirect(request, response, '/home', LOGGED_OUT);
  };
}
