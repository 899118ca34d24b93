import { type RequestHandler, Router } from 'express';
import { DatabaseAwayError } from '../database/errors.ts';
import { type FieldErrors, hasErrors, REQUIRED, textOf } from '../web/form.ts';
import { requireToken, requireVisitorToken } from '../web/csrf.ts';
import { type Alert, redirectWithAlert } from '../web/flash.ts';
import { methodNotAllowed } from '../web/method-not-allowed.ts';
import { endSession, signedIn, startSession } from '../web/sessions.ts';
import type { Metrics } from '../probes/metrics.ts';
import { TooMany } from '../throttling/throttle.ts';
import type { AskForReset } from './ask-for-reset.ts';
import type { BeginSession } from './begin-session.ts';
import { deviceOf, rememberDevice } from './device-cookie.ts';
import { credentialsOf } from './forms.ts';
import type { KnownDevices } from './known-devices.ts';
import type { LogIn } from './log-in.ts';
import { alertOf, statusOfRefusal } from './refusal.ts';
import { returnPathOf } from '../web/return-path.ts';

export interface LogInServices {
  readonly logIn: LogIn;
  readonly beginSession: BeginSession;
  readonly knownDevices: KnownDevices;
  readonly metrics: Metrics;
  /** Undefined where no mail is sent. */
  readonly askForReset: AskForReset | undefined;
}

const LABELS = { username: 'Username', password: 'Password' };

export function logInRoutes(services: LogInServices): Router {
  const { knownDevices } = services;
  const byMail = services.askForReset !== undefined;
  const router = Router();

  const blankLogIn = { title: 'Log in', values: {}, byMail };
  router
    .route('/login')
    .get((request, response) => {
      const next = returnPathOf(textOf(request.query, 'next'));
      response.render('login', { ...blankLogIn, next });
    })
    .post(requireVisitorToken, async (request, response) => {
      const { username, password } = credentialsOf(request.body);
      const next = returnPathOf(textOf(request.body, 'next'));
      const missing = {
        ...(username === '' && { username: REQUIRED }),
        ...(password === '' && { password: REQUIRED }),
      };
      const from = { address: request.ip, device: deviceOf(request, knownDevices, username) };
      const refuse = (tooMany: TooMany | undefined) => {
        services.metrics.logIns.inc({ outcome: tooMany ? 'throttled' : 'failed' });
        const model = { ...refusedLogIn(missing, username, next, tooMany), byMail };
        response.status(statusOfRefusal(response, tooMany)).render('login', model);
      };
      const traveller = hasErrors(missing) ? undefined : await services.logIn({ username, password, ...from });
      if (!traveller || traveller instanceof TooMany) {
        refuse(traveller);
        return;
      }
      if (!(await startSession(request, (sessionId, cookie) => services.beginSession(sessionId, cookie, traveller)))) {
        refuse(undefined);
        return;
      }
      services.metrics.logIns.inc({ outcome: 'succeeded' });
      rememberDevice(response, knownDevices, traveller.username);
      redirectWithAlert(response, next ?? '/home', {
        kind: 'success',
        text: `Success! You are logged in as ${traveller.username}.`,
      });
    })
    .all(methodNotAllowed);

  router
    .route('/logout')
    .get((_request, response) => {
      if (response.locals.sessionAway) throw new DatabaseAwayError();
      response.render('logout', { title: 'Log out' });
    })
    .post(loggedOut, requireToken, async (request, response) => {
      await endSession(request);
      redirectWithAlert(response, '/home', LOGGED_OUT);
    })
    .all(methodNotAllowed);

  return router;
}

const LOGGED_OUT: Alert = { kind: 'info', text: 'You have been logged out.' };

/** Handles a log-out by someone who is already logged out: their CSRF token expired with their session. */
const loggedOut: RequestHandler = (request, response, next) => {
  if (signedIn(request) || response.locals.sessionAway) next();
  else redirectWithAlert(response, '/home', LOGGED_OUT);
};

function refusedLogIn(missing: FieldErrors, username: string, next: string | undefined, tooMany: TooMany | undefined) {
  const text = 'Username and password do not match. Please try again.';
  return {
    title: 'Log in',
    values: { username },
    next,
    errors: missing,
    labels: LABELS,
    alerts: hasErrors(missing) ? [] : [tooMany ? alertOf(tooMany) : { kind: 'danger' as const, text }],
  };
}
