import type { Request, Response } from 'express';
import { spokenTime } from '../bookings/dates.ts';
import type { Clock } from '../clock.ts';
import { TooMany } from '../throttling/throttle.ts';
import type { FieldErrors } from '../web/form.ts';
import { askToLogIn } from '../web/require-traveller.ts';
import { hasSession, travellerOf } from '../web/sessions.ts';
import type { EmailChangeStore } from './email-change-store.ts';
import { alertOf, statusOfRefusal } from './refusal.ts';
import type { TravellerStore } from './traveller-store.ts';

export interface AccountPageServices {
  readonly travellers: Pick<TravellerStore, 'withId'>;
  readonly emailChanges: EmailChangeStore;
  readonly minimumPasswordLength: number;
  readonly clock: Clock;
}

/** The page /account, which holds several forms. */
export interface AccountPage {
  show(request: Request, response: Response): Promise<void>;
  /**
   * After a form that was refused; `values` is what was filled in. If the session has ended meanwhile, it asks for a log-in instead: a
   * form that was sent twice may have changed the password already.
   */
  refuse(request: Request, response: Response, why: FieldErrors | TooMany, values?: Values): Promise<void>;
}

type Values = Readonly<Record<string, string>>;

const LABELS = {
  name: 'Name',
  emailAddress: 'E-mail',
  emailPassword: 'Password',
  currentPassword: 'Current password',
  password: 'New password',
  confirmPassword: 'Confirm new password',
  deletePassword: 'Your password',
};

export function accountPage(services: AccountPageServices): AccountPage {
  const { travellers, emailChanges, minimumPasswordLength, clock } = services;
  const modelOf = async (request: Request, filledIn: Values) => {
    const { id, name } = travellerOf(request);
    const [profile, change] = [await travellers.withId(id), await emailChanges.waiting(id, clock.now())];
    return {
      title: 'Your account',
      labels: LABELS,
      values: { name: profile?.name ?? name, emailAddress: profile?.emailAddress ?? '', ...filledIn },
      waiting: change && { emailAddress: change.emailAddress, until: spokenTime(change.expiresAt) },
      minimumPasswordLength,
    };
  };
  return {
    async show(request, response) {
      response.render('account', await modelOf(request, {}));
    },
    async refuse(request, response, why, values = {}) {
      if (!(await hasSession(request))) {
        askToLogIn(response, '/account');
        return;
      }
      const tooMany = why instanceof TooMany ? why : undefined;
      const refusal = why instanceof TooMany ? { alerts: [alertOf(why)] } : { errors: why };
      const model = { ...(await modelOf(request, values)), ...refusal };
      response.status(statusOfRefusal(response, tooMany)).render('account', model);
    },
  };
}
