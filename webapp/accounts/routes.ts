import { Router } from 'express';
import { DatabaseAwayError } from '../database/errors.ts';
import { cookieHeader, cookieName, cookieOf } from '../http/cookies.ts';
import { type FieldErrors, hasErrors, REQUIRED, textOf } from '../http/form.ts';
import { requireToken } from '../middleware/csrf.ts';
import { methodNotAllowed } from '../middleware/method-not-allowed.ts';
import type { Pages } from '../http/pages.ts';
import { LOGGED_OUT, loggedOut } from '../middleware/logged-out.ts';
import { endSession, startSession } from '../middleware/sessions.ts';
import type { Metrics } from '../probes/metrics.ts';
import { TooMany } from '../throttling/throttle.ts';
import type { AskForReset } from './ask-for-reset.ts';
import { credentialsOf, registrationOf } from './forms.ts';
import type { KnownDevices } from './known-devices.ts';
import type { LogIn } from './log-in.ts';
import type { RegisterTraveller } from './register-traveller.ts';
import { alertOf, statusOfRefusal } from './refusal.ts';
import { returnPathOf } from './return-path.ts';

export interface AccountServices {
  readonly registerTraveller: RegisterTraveller;
  readonly logIn: LogIn;
  readonly knownDevices: KnownDevices;
  readonly metrics: Metrics;
  readonly minimumPasswordLength: number;
  /** Undefined where no mail is sent. */
  readonly askForReset: AskForReset | undefined;
}

const REGISTRATION_LABELS = {
  username: 'Username',
  name: 'Name',
  email_address: 'E-mail',
  password: 'Password',
  confirm_password: 'Confirm password',
};
const LOG_IN_LABELS = { username: 'Username', password: 'Password' };

export function accountRoutes(services: AccountServices, pages: Pages): Router {
  const { minimumPasswordLength, knownDevices } = services;
  const byMail = services.askForReset !== undefined;
  const router = Router();

  const blankRegistration = { title: 'Register', values: {}, minimumPasswordLength };
  router
    .route('/register')
    .get((request, response) => {
      pages.send(request, response, 'register', blankRegistration);
    })
    .post(requireToken, async (request, response) => {
      const registration = registrationOf(request.body);
      const result = await services.registerTraveller(registration, request.ip);
      const tooMany = result instanceof TooMany ? result : undefined;
      const errors = result instanceof TooMany ? {} : result;
      if (tooMany || hasErrors(errors)) {
        const { username, name, emailAddress } = registration;
        const values = { username, name, email_address: emailAddress };
        const model = {
          title: 'Register',
          values,
          errors,
          labels: REGISTRATION_LABELS,
          minimumPasswordLength,
          alerts: tooMany ? [alertOf(tooMany)] : [],
        };
        pages.send(request, response, 'register', model, statusOfRefusal(response, tooMany));
        return;
      }
      pages.redirect(request, response, '/login', {
        kind: 'success',
        text: 'Success! Your account has been created. You can log in now.',
      });
    })
    .all(methodNotAllowed);

  const blankLogIn = { title: 'Log in', values: {}, byMail };
  router
    .route('/login')
    .get((request, response) => {
      const next = returnPathOf(textOf(request.query, 'next'));
      pages.send(request, response, 'login', { ...blankLogIn, next });
    })
    .post(requireToken, async (request, response) => {
      const { username, password } = credentialsOf(request.body);
      const next = returnPathOf(textOf(request.body, 'next'));
      const missing = {
        ...(username === '' && { username: REQUIRED }),
        ...(password === '' && { password: REQUIRED }),
      };
      const mark = cookieOf(request, cookieName(DEVICE_COOKIE, request.secure)) ?? '';
      const from = { address: request.ip, device: knownDevices.deviceOf(mark, username) };
      const traveller = hasErrors(missing) ? undefined : await services.logIn({ username, password, ...from });
      if (!traveller || traveller instanceof TooMany) {
        services.metrics.logIns.inc({ outcome: traveller ? 'throttled' : 'failed' });
        const model = { ...refusedLogIn(missing, username, next, traveller), byMail };
        pages.send(request, response, 'login', model, statusOfRefusal(response, traveller));
        return;
      }
      services.metrics.logIns.inc({ outcome: 'succeeded' });
      const newMark = knownDevices.markFor(traveller.username);
      response.append('Set-Cookie', cookieHeader(DEVICE_COOKIE, newMark, request.secure, DEVICE_SECONDS));
      await startSession(request, { id: traveller.id, username: traveller.username, name: traveller.name });
      pages.redirect(request, response, next ?? '/home', {
        kind: 'success',
        text: `Success! You are logged in as ${traveller.username}.`,
      });
    })
    .all(methodNotAllowed);

  router
    .route('/logout')
    .get((request, response) => {
      if (response.locals.sessionAway) throw new DatabaseAwayError();
      pages.send(request, response, 'logout', { title: 'Log out' });
    })
    .post(loggedOut(pages), requireToken, async (request, response) => {
      await endSession(request);
      pages.redirect(request, response, '/home', LOGGED_OUT);
    })
    .all(methodNotAllowed);

  return router;
}

const DEVICE_COOKIE = 'device';
const DEVICE_SECONDS = 180 * 86_400;

function refusedLogIn(missing: FieldErrors, username: string, next: string | undefined, tooMany: TooMany | undefined) {
  const text = 'Username and password do not match. Please try again.';
  return {
    title: 'Log in',
    values: { username },
    next,
    errors: missing,
    labels: LOG_IN_LABELS,
    alerts: hasErrors(missing) ? [] : [tooMany ? alertOf(tooMany) : { kind: 'danger' as const, text }],
  };
}
