import type { Request, RequestHandler } from 'express';
import { DatabaseAwayError } from '../database/errors.ts';
import { logInPath } from '../accounts/return-path.ts';
import type { Pages } from '../http/pages.ts';
import { signedIn } from './sessions.ts';

/** Sends who is not logged in to do so, and then to where they were going. */
export function requireTraveller(
  pages: Pages,
  goingTo: (request: Request) => string = ({ originalUrl }) => originalUrl,
): RequestHandler {
  return function requireTravellerMiddleware(request, response, next) {
    if (response.locals.sessionAway) {
      next(new DatabaseAwayError());
      return;
    }
    if (signedIn(request)) {
      next();
      return;
    }
    pages.redirect(request, response, logInPath(goingTo(request)), {
      kind: 'info',
      text: 'Please log in to access this page.',
    });
  };
}
