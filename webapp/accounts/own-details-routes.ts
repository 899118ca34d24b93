import { type Request, type Response, Router } from 'express';
import type { Clock } from '../clock.ts';
import { TooMany } from '../throttling/throttle.ts';
import { readCookie, setCookie } from '../web/cookies.ts';
import { requireToken } from '../web/csrf.ts';
import { redirectWithAlert } from '../web/flash.ts';
import { hasErrors, lineOf, textOf } from '../web/form.ts';
import { methodNotAllowed } from '../web/method-not-allowed.ts';
import { redirectTo } from '../web/redirect-to.ts';
import { requireTraveller } from '../web/require-traveller.ts';
import { travellerOf } from '../web/sessions.ts';
import { accountPage, type AccountPageServices } from './account-page.ts';
import type { ChangeEmailAddress } from './change-email.ts';
import type { ChangeName } from './change-name.ts';
import type { ConfirmEmailAddress } from './confirm-email.ts';
import type { EmailChangeStore } from './email-change-store.ts';
import { passwordOf } from './forms.ts';
import { type LinkToken, linkTokenOf } from './link-token.ts';
import { EMAIL_TAKEN } from './rules.ts';

export interface OwnDetailsServices extends AccountPageServices {
  readonly changeName: ChangeName;
  readonly changeEmailAddress: ChangeEmailAddress;
  readonly confirmEmailAddress: ConfirmEmailAddress;
  readonly emailChanges: EmailChangeStore;
  readonly clock: Clock;
}

/** The forms in which travellers correct their name and e-mail address. */
export function ownDetailsRoutes(services: OwnDetailsServices): Router {
  const router = Router();
  const traveller = requireTraveller();
  const account = accountPage(services);
  const sendExpired = (response: Response) => {
    response.status(410).render('confirm-expired', { title: 'This link does not work any more' });
  };

  router
    .route('/account/name')
    .get(traveller, redirectTo('/account'))
    .post(traveller, requireToken, async (request, response) => {
      const name = lineOf(request.body, 'name');
      const errors = await services.changeName(travellerOf(request).id, name);
      if (errors instanceof TooMany || hasErrors(errors)) {
        await account.refuse(request, response, errors, { name });
        return;
      }
      const text = 'Success! Your name has been changed.';
      redirectWithAlert(response, '/account', { kind: 'success', text });
    })
    .all(methodNotAllowed);

  router
    .route('/account/email')
    .get(traveller, redirectTo('/account'))
    .post(traveller, requireToken, async (request, response) => {
      const emailAddress = lineOf(request.body, 'emailAddress');
      const form = { emailAddress, password: passwordOf(request.body, 'emailPassword') };
      const outcome = await services.changeEmailAddress(travellerOf(request).id, form);
      if (outcome === 'changed') {
        redirectWithAlert(response, '/account', CHANGED);
      } else if (outcome === 'unchanged') {
        redirectWithAlert(response, '/account', { kind: 'info', text: `Your e-mail address is ${emailAddress}.` });
      } else if (outcome === 'link sent') {
        const text = `A link to confirm ${emailAddress} is on its way there. Until you open it, your mails go to the old address.`;
        redirectWithAlert(response, '/account', { kind: 'info', text });
      } else await account.refuse(request, response, outcome, { emailAddress });
    })
    .all(methodNotAllowed);

  /** The link in the mail moves its token into a cookie and redirects, like the link for a forgotten password. */
  router
    .route('/account/email/confirm')
    .get(
      (request, response, next) => {
        const linked = textOf(request.query, 'token');
        if (linked === '') {
          next();
          return;
        }
        const token = linkTokenOf(linked);
        if (!token) {
          sendExpired(response);
          return;
        }
        setCookie(response, CONFIRM_COOKIE, token);
        response.set('Referrer-Policy', 'no-referrer').redirect(303, '/account/email/confirm');
      },
      traveller,
      async (request, response) => {
        const { id, username } = travellerOf(request);
        const token = tokenOf(request);
        if (!token) {
          const text = 'Please open the link in the mail that we sent to the new address.';
          redirectWithAlert(response, '/account', { kind: 'info', text });
          return;
        }
        const change = await services.emailChanges.find(id, token, services.clock.now());
        if (!change) sendExpired(response);
        else if (change.confirmedAt) redirectWithAlert(response, '/account', CHANGED);
        else {
          const { emailAddress } = change;
          response.render('confirm-email', { title: 'Confirm your e-mail address', emailAddress, username });
        }
      },
    )
    .post(traveller, requireToken, async (request, response) => {
      const token = tokenOf(request);
      const outcome = token ? await services.confirmEmailAddress(travellerOf(request).id, token) : 'expired';
      if (outcome === 'changed') redirectWithAlert(response, '/account', CHANGED);
      else if (outcome === 'taken') {
        redirectWithAlert(response, '/account', { kind: 'danger', text: EMAIL_TAKEN });
      } else sendExpired(response);
    })
    .all(methodNotAllowed);

  return router;
}

const CHANGED = { kind: 'success', text: 'Success! Your e-mail address has been changed.' } as const;
const CONFIRM_COOKIE = 'confirm';

function tokenOf(request: Request): LinkToken | undefined {
  return linkTokenOf(readCookie(request, CONFIRM_COOKIE) ?? '');
}
