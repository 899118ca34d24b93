import { Router } from 'express';
import { TooMany } from '../throttling/throttle.ts';
import { CSRF_FIELD, requireVisitorToken } from '../web/csrf.ts';
import { redirectWithAlert } from '../web/flash.ts';
import { hasErrors, textOf } from '../web/form.ts';
import { methodNotAllowed } from '../web/method-not-allowed.ts';
import { registrationOf } from './forms.ts';
import { alertOf, statusOfRefusal } from './refusal.ts';
import type { RegisterTraveller } from './register-traveller.ts';

export interface RegistrationServices {
  readonly registerTraveller: RegisterTraveller;
  readonly minimumPasswordLength: number;
}

const LABELS = {
  username: 'Username',
  name: 'Name',
  emailAddress: 'E-mail',
  password: 'Password',
  confirmPassword: 'Confirm password',
};

export function registrationRoutes({ registerTraveller, minimumPasswordLength }: RegistrationServices): Router {
  const router = Router();
  const page = { title: 'Register', labels: LABELS, values: {}, minimumPasswordLength };

  router
    .route('/register')
    .get((_request, response) => {
      response.render('register', page);
    })
    .post(requireVisitorToken, async (request, response) => {
      const registration = registrationOf(request.body);
      const result = await registerTraveller(registration, request.ip, textOf(request.body, CSRF_FIELD));
      const tooMany = result instanceof TooMany ? result : undefined;
      const errors = result instanceof TooMany ? {} : result;
      if (tooMany || hasErrors(errors)) {
        const { username, name, emailAddress } = registration;
        const values = { username, name, emailAddress };
        const model = { ...page, values, errors, alerts: tooMany ? [alertOf(tooMany)] : [] };
        response.status(statusOfRefusal(response, tooMany)).render('register', model);
        return;
      }
      redirectWithAlert(response, '/login', {
        kind: 'success',
        text: 'Success! Your account has been created. You can log in now.',
      });
    })
    .all(methodNotAllowed);

  return router;
}
