import { Router } from 'express';
import { redirectTo } from '../web/redirect-to.ts';
import { requireToken } from '../web/csrf.ts';
import { redirectWithAlert } from '../web/flash.ts';
import { methodNotAllowed } from '../web/method-not-allowed.ts';
import { askToLogIn, requireTraveller } from '../web/require-traveller.ts';
import { endSession, startSession, travellerOf } from '../web/sessions.ts';
import type { SessionStore } from '../sessions/session-store.ts';
import { TooMany } from '../throttling/throttle.ts';
import { accountPage, type AccountPageServices } from './account-page.ts';
import type { BeginSession } from './begin-session.ts';
import type { ChangePassword } from './change-password.ts';
import { WRONG_PASSWORD } from './check-password.ts';
import type { DeleteAccount } from './delete-account.ts';
import { newPasswordOf, passwordOf } from './forms.ts';
import type { OwnData } from './own-data.ts';

export interface OwnAccountServices extends AccountPageServices {
  readonly changePassword: ChangePassword;
  readonly beginSession: BeginSession;
  readonly deleteAccount: DeleteAccount;
  readonly ownData: OwnData;
  readonly sessionStore: SessionStore;
}

/** What travellers do with their own account. */
export function ownAccountRoutes(services: OwnAccountServices): Router {
  const { sessionStore } = services;
  const router = Router();
  const traveller = requireTraveller();
  const account = accountPage(services);

  // where password managers lead to (https://w3c.github.io/webappsec-change-password-url/)
  router.route('/.well-known/change-password').get(redirectTo('/account')).all(methodNotAllowed);

  router
    .route('/account')
    .get(traveller, (request, response) => account.show(request, response))
    .all(methodNotAllowed);

  router
    .route('/account/password')
    .get(traveller, redirectTo('/account'))
    .post(traveller, requireToken, async (request, response) => {
      const { id } = travellerOf(request);
      const current = passwordOf(request.body, 'currentPassword');
      const changing = await services.changePassword(id, { current, ...newPasswordOf(request.body) });
      if (changing instanceof TooMany || changing.kind === 'refused') {
        await account.refuse(request, response, changing instanceof TooMany ? changing : changing.errors);
        return;
      }
      const traveller = { id, passwordHash: changing.passwordHash };
      if (!(await startSession(request, (sessionId, cookie) => services.beginSession(sessionId, cookie, traveller)))) {
        askToLogIn(response, '/account');
        return;
      }
      const text = 'Success! Your password has been changed, and you are logged out everywhere else.';
      redirectWithAlert(response, '/account', { kind: 'success', text });
    })
    .all(methodNotAllowed);

  router
    .route('/account/sessions')
    .get(traveller, redirectTo('/account'))
    .post(traveller, requireToken, async (request, response) => {
      await sessionStore.endOthers(travellerOf(request).id, request.sessionID);
      const text = 'Success! You are logged out everywhere else.';
      redirectWithAlert(response, '/account', { kind: 'success', text });
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
        .set('Content-Disposition', 'attachment; filename="interstellar-vacations.json"')
        .type('json')
        .end(JSON.stringify(data, undefined, 2));
    })
    .all(methodNotAllowed);

  router
    .route('/account/delete')
    .get(traveller, redirectTo('/account'))
    .post(traveller, requireToken, async (request, response) => {
      const { id } = travellerOf(request);
      const outcome = await services.deleteAccount(id, passwordOf(request.body, 'deletePassword'));
      if (outcome !== 'deleted') {
        const why = outcome === 'wrong password' ? { deletePassword: WRONG_PASSWORD } : outcome;
        await account.refuse(request, response, why);
        return;
      }
      await endSession(request);
      const text = 'Your account and all your trips have been deleted. Farewell!';
      redirectWithAlert(response, '/home', { kind: 'info', text });
    })
    .all(methodNotAllowed);

  return router;
}
