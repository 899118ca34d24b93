import { type Request, type Response, Router } from 'express';
import { clearCookie, readCookies, setCookie } from '../web/cookies.ts';
import { lineOf, textOf } from '../web/form.ts';
import { CSRF_FIELD, requireVisitorToken } from '../web/csrf.ts';
import { redirectWithAlert } from '../web/flash.ts';
import { methodNotAllowed } from '../web/method-not-allowed.ts';
import type { Clock } from '../clock.ts';
import { emailError } from '../mail/address.ts';
import { TooMany } from '../throttling/throttle.ts';
import type { AskForReset } from './ask-for-reset.ts';
import { deviceOf } from './device-cookie.ts';
import { newPasswordOf } from './forms.ts';
import type { KnownDevices } from './known-devices.ts';
import { type LinkToken, linkTokenOf } from './link-token.ts';
import type { PasswordResetStore } from './password-reset-store.ts';
import { alertOf, statusOfRefusal } from './refusal.ts';
import type { ResetPassword } from './reset-password.ts';

export interface PasswordResetServices {
  /** Undefined where no mail is sent. */
  readonly askForReset: AskForReset | undefined;
  readonly resetPassword: ResetPassword;
  readonly knownDevices: KnownDevices;
  readonly resets: PasswordResetStore;
  readonly usernameOf: (travellerId: number) => Promise<string | undefined>;
  readonly resetMinutes: number;
  readonly minimumPasswordLength: number;
  readonly clock: Clock;
}

const LABELS = { emailAddress: 'E-mail', password: 'New password', confirmPassword: 'Confirm new password' };

/**
 * Pages for a forgotten password. The link in the mail moves its token into a cookie and redirects to an address without it. So the
 * token stays out of the browser's history and of the Referer header.
 */
export function passwordResetRoutes(services: PasswordResetServices): Router {
  const { askForReset, knownDevices, resets, resetMinutes, minimumPasswordLength, clock } = services;
  const router = Router();

  const forgottenPage = { title: 'Forgotten your password?', labels: LABELS, values: {}, byMail: !!askForReset };
  const resetPage = { title: 'Choose a new password', labels: LABELS, values: {}, minimumPasswordLength };
  /** Undefined if the link is not valid, or no longer. */
  const resetPageFor = async (token: LinkToken) => {
    const travellerId = await resets.find(token, clock.now());
    if (travellerId === undefined) return undefined;
    return { ...resetPage, username: (await services.usernameOf(travellerId)) ?? '' };
  };
  const sendExpired = (response: Response) => {
    const model = { title: 'This link does not work any more', resetMinutes, byMail: !!askForReset };
    response.status(410).render('reset-expired', model);
  };

  router
    .route('/forgotten-password')
    .get((_request, response) => {
      response.render('forgotten-password', forgottenPage);
    })
    .post(requireVisitorToken, async (request, response) => {
      if (!askForReset) {
        response.render('forgotten-password', forgottenPage);
        return;
      }
      const emailAddress = lineOf(request.body, 'emailAddress');
      const page = { ...forgottenPage, values: { emailAddress } };
      const error = emailError(emailAddress);
      if (error !== undefined) {
        response.status(422).render('forgotten-password', { ...page, errors: { emailAddress: error } });
        return;
      }
      const asked = await askForReset(emailAddress, request.ip);
      if (asked instanceof TooMany) {
        const model = { ...page, alerts: [alertOf(asked)] };
        response.status(statusOfRefusal(response, asked)).render('forgotten-password', model);
        return;
      }
      redirectWithAlert(response, '/login', {
        kind: 'info',
        text: `If an account has the e-mail address that you gave, a link to choose a new password is on its way there. It works for ${resetMinutes} minutes.`,
      });
    })
    .all(methodNotAllowed);

  router
    .route('/reset-password')
    .get(async (request, response) => {
      const linked = textOf(request.query, 'token');
      if (linked !== '') {
        const token = linkTokenOf(linked);
        if (token === undefined) {
          sendExpired(response);
          return;
        }
        setCookie(response, RESET_COOKIE, token);
        response.set('Referrer-Policy', 'no-referrer').redirect(303, '/reset-password');
        return;
      }
      const token = tokenOf(request);
      if (token === undefined) {
        redirectWithAlert(response, '/forgotten-password', {
          kind: 'info',
          text: 'Please ask for a link first.',
        });
        return;
      }
      const page = await resetPageFor(token);
      if (page) response.render('reset-password', page);
      else sendExpired(response);
    })
    .post(requireVisitorToken, async (request, response) => {
      const token = tokenOf(request);
      const page = token && (await resetPageFor(token));
      const username = lineOf(request.body, 'username');
      const sender = {
        form: textOf(request.body, CSRF_FIELD),
        username,
        address: request.ip,
        device: deviceOf(request, knownDevices, username),
      };
      const outcome = await services.resetPassword(token, newPasswordOf(request.body), sender);
      if (outcome === 'expired') {
        sendExpired(response);
        return;
      }
      if (outcome !== 'changed') {
        response.status(422).render('reset-password', { ...page, errors: outcome });
        return;
      }
      clearCookie(response, RESET_COOKIE);
      redirectWithAlert(response, '/login', {
        kind: 'success',
        text: 'Success! Your password has been changed. You can log in with it now.',
      });
    })
    .all(methodNotAllowed);

  return router;
}

const RESET_COOKIE = 'reset';

function tokenOf(request: Request): LinkToken | undefined {
  return linkTokenOf(readCookies(request, RESET_COOKIE)[0] ?? '');
}
