import { Router } from 'express';
import { hasErrors } from '../http/form.ts';
import { formPage } from '../http/form-page.ts';
import { requireToken } from '../middleware/csrf.ts';
import { methodNotAllowed } from '../middleware/method-not-allowed.ts';
import { requireTraveller } from '../middleware/require-traveller.ts';
import type { Pages } from '../http/pages.ts';
import { endSession, startSession, travellerOf } from '../middleware/sessions.ts';
import type { SessionStore } from '../sessions/session-store.ts';
import { TooMany } from '../throttling/throttle.ts';
import { accountPage, type AccountPageServices } from './account-page.ts';
import type { ChangePassword } from './change-password.ts';
import { WRONG_PASSWORD } from './check-password.ts';
import type { DeleteAccount } from './delete-account.ts';
import { newPasswordOf, passwordOf } from './forms.ts';
import type { OwnData } from './own-data.ts';

export interface OwnAccountServices extends AccountPageServices {
  readonly changePassword: ChangePassword;
  readonly deleteAccount: DeleteAccount;
  readonly ownData: OwnData;
  readonly sessionStore: SessionStore;
}

/** What travellers do with their own account. */
export function ownAccountRoutes(services: OwnAccountServices, pages: Pages): Router {
  const { sessionStore } = services;
  const router = Router();
  const traveller = requireTraveller(pages);
  const account = accountPage(services, pages);

  router
    .route('/account')
    .get(traveller, (request, response) => account.show(request, response))
    .all(methodNotAllowed);

  router
    .route('/account/password')
    .get(traveller, formPage('/account'))
    .post(traveller, requireToken, async (request, response) => {
      const traveller = travellerOf(request);
      const current = passwordOf(request.body, 'current_password');
      const errors = await services.changePassword(traveller.id, { current, ...newPasswordOf(request.body) });
      if (errors instanceof TooMany || hasErrors(errors)) {
        await account.refuse(request, response, errors);
        return;
      }
      await startSession(request, traveller);
      const text = 'Success! Your password has been changed, and you are logged out everywhere else.';
      pages.redirect(request, response, '/account', { kind: 'success', text });
    })
    .all(methodNotAllowed);

  router
    .route('/account/sessions')
    .get(traveller, formPage('/account'))
    .post(traveller, requireToken, async (request, response) => {
      await sessionStore.endOthers(travellerOf(request).id, request.sessionID);
      const text = 'Success! You are logged out everywhere else.';
      pages.redirect(request, response, '/account', { kind: 'success', text });
    })
    .all(methodNotAllowed);

  router
    .route('/account/data')
    .get(traveller, async (request, response, next) => {
      const data = await services.ownData(travellerOf(request).id);
      if (!data) {
        next();
        return;
      }
      response
        .set('Cache-Control', 'no-store')
        .set('Content-Disposition', 'attachment; filename="interstellar-vacations.json"')
        .type('json')
        .end(JSON.stringify(data, undefined, 2));
    })
    .all(methodNotAllowed);

  router
    .route('/account/delete')
    .get(traveller, formPage('/account'))
    .post(traveller, requireToken, async (request, response) => {
      const { id } = travellerOf(request);
      const outcome = await services.deleteAccount(id, passwordOf(request.body, 'delete_password'));
      if (outcome !== 'deleted') {
        const why = outcome === 'wrong password' ? { delete_password: WRONG_PASSWORD } : outcome;
        await account.refuse(request, response, why);
        return;
      }
      await endSession(request);
      const text = 'Your account and all your trips have been deleted. Farewell!';
      pages.redirect(request, response, '/home', { kind: 'info', text });
    })
    .all(methodNotAllowed);

  return router;
}
