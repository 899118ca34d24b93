import type { Request, RequestHandler, Response } from 'express';
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
    askToLogIn(response, goingTo(request));
  };
}

/** Redirects to the log-in page, and from there to the path. */
export function askToLogIn(response: Response, path: string): void {
  redirectWithAlert(response, logInPath(path), { kind: 'info', text: 'Please log in to access this page.' });
}
