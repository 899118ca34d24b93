import type { Request, RequestHandler } from 'express';
import { DatabaseAwayError } from '../database/errors.ts';
import { redirectWithAlert } from './flash.ts';
import { logInPath } from './return-path.ts';
import { signedIn } from './sessions.ts';

/** Sends people who are not logged in to the log-in page, and from there to `goingTo`. */
export function requireTraveller(
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
    const alert = { kind: 'info', text: 'Please log in to access this page.' } as const;
    redirectWithAlert(response, logInPath(goingTo(request)), alert);
  };
}
