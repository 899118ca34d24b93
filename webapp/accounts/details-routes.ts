import { type Request, type Response, Router } from 'express';
import type { Clock } from '../clock.ts';
import { cookieHeader, cookieName, cookieOf } from '../http/cookies.ts';
import { hasErrors, lineOf, textOf } from '../http/form.ts';
import { formPage } from '../http/form-page.ts';
import type { Pages } from '../http/pages.ts';
import { requireToken } from '../middleware/csrf.ts';
import { methodNotAllowed } from '../middleware/method-not-allowed.ts';
import { requireTraveller } from '../middleware/require-traveller.ts';
import { travellerOf } from '../middleware/sessions.ts';
import { TooMany } from '../throttling/throttle.ts';
import { accountPage, type AccountPageServices } from './account-page.ts';
import type { ChangeEmailAddress } from './change-email.ts';
import type { ChangeName } from './change-name.ts';
import type { ConfirmEmailAddress } from './confirm-email.ts';
import type { EmailChangeStore } from './email-change-store.ts';
import { passwordOf } from './forms.ts';
import { type LinkToken, linkTokenOf } from './link-token.ts';
import { EMAIL_TAKEN } from './rules.ts';

export interface DetailsServices extends AccountPageServices {
  readonly changeName: ChangeName;
  readonly changeEmailAddress: ChangeEmailAddress;
  readonly confirmEmailAddress: ConfirmEmailAddress;
  readonly emailChanges: EmailChangeStore;
  readonly clock: Clock;
}

/** Where travellers correct what is known of them: their name and e-mail address. */
export function detailsRoutes(services: DetailsServices, pages: Pages): Router {
  const router = Router();
  const traveller = requireTraveller(pages);
  const account = accountPage(services, pages);
  const sendExpired = (request: Request, response: Response) => {
    pages.send(request, response, 'confirm-expired', { title: 'This link does not work any more' }, 410);
  };

  router
    .route('/account/name')
    .get(traveller, formPage('/account'))
    .post(traveller, requireToken, async (request, response) => {
      const signedIn = travellerOf(request);
      const name = lineOf(request.body, 'name');
      const errors = await services.changeName(signedIn.id, name);
      if (errors instanceof TooMany || hasErrors(errors)) {
        await account.refuse(request, response, errors, { name });
        return;
      }
      request.session.traveller = { ...signedIn, name };
      const text = 'Success! Your name has been changed.';
      pages.redirect(request, response, '/account', { kind: 'success', text });
    })
    .all(methodNotAllowed);

  router
    .route('/account/email')
    .get(traveller, formPage('/account'))
    .post(traveller, requireToken, async (request, response) => {
      const emailAddress = lineOf(request.body, 'email_address');
      const form = { emailAddress, password: passwordOf(request.body, 'email_password') };
      const outcome = await services.changeEmailAddress(travellerOf(request).id, form);
      if (outcome === 'changed') {
        pages.redirect(request, response, '/account', CHANGED);
      } else if (outcome === 'link sent') {
        const text = `A link to confirm ${emailAddress} is on its way there. Until you open it, your mails go to the old address.`;
        pages.redirect(request, response, '/account', { kind: 'info', text });
      } else await account.refuse(request, response, outcome, { email_address: emailAddress });
    })
    .all(methodNotAllowed);

  /** The link of the mail only moves its token into a cookie, as the one for a forgotten password does. */
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
          sendExpired(request, response);
          return;
        }
        response.append('Set-Cookie', cookieHeader(CONFIRM_COOKIE, token, request.secure));
        response
          .set('Referrer-Policy', 'no-referrer')
          .set('Cache-Control', 'no-store')
          .redirect(303, '/account/email/confirm');
      },
      traveller,
      async (request, response) => {
        const { id, username } = travellerOf(request);
        const token = tokenOf(request);
        if (!token) {
          const text = 'Please open the link in the mail that we sent to the new address.';
          pages.redirect(request, response, '/account', { kind: 'info', text });
          return;
        }
        const change = await services.emailChanges.find(id, token, services.clock.now());
        if (!change) sendExpired(request, response);
        else if (change.confirmedAt) pages.redirect(request, response, '/account', CHANGED);
        else {
          const model = { title: 'Confirm your e-mail address', emailAddress: change.emailAddress, username };
          pages.send(request, response, 'confirm-email', model);
        }
      },
    )
    .post(traveller, requireToken, async (request, response) => {
      const token = tokenOf(request);
      const outcome = token ? await services.confirmEmailAddress(travellerOf(request).id, token) : 'expired';
      if (outcome === 'changed') pages.redirect(request, response, '/account', CHANGED);
      else if (outcome === 'taken') {
        pages.redirect(request, response, '/account', { kind: 'danger', text: EMAIL_TAKEN });
      } else sendExpired(request, response);
    })
    .all(methodNotAllowed);

  return router;
}

const CHANGED = { kind: 'success', text: 'Success! Your e-mail address has been changed.' } as const;
const CONFIRM_COOKIE = 'confirm';

function tokenOf(request: Request): LinkToken | undefined {
  return linkTokenOf(cookieOf(request, cookieName(CONFIRM_COOKIE, request.secure)) ?? '');
}
