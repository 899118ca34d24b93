import type { Transaction } from 'sequelize';
import { spokenTime } from '../bookings/dates.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database/connection.ts';
import { type FieldErrors, hasErrors } from '../web/form.ts';
import { emailError } from '../mail/address.ts';
import type { MailOutbox } from '../mail/outbox.ts';
import { type Throttle, TooMany } from '../throttling/throttle.ts';
import { type CheckPassword, WRONG_PASSWORD } from './check-password.ts';
import type { EmailChangeStore } from './email-change-store.ts';
import { changeAskedMail, confirmationMail } from './email-mails.ts';
import type { AccountLimits } from './limits.ts';
import { newLinkToken } from './link-token.ts';
import { EMAIL_TAKEN } from './rules.ts';
import type { StoredTraveller, TravellerStore } from './traveller-store.ts';

export interface EmailAddressForm {
  readonly emailAddress: string;
  readonly password: string;
}

/**
 * `changed` where no mail is sent. Otherwise a link is on its way to the new address, and the old one stays in force. `unchanged`: it is
 * the address of the account already, maybe because the form was sent twice.
 */
export type ChangeEmailAddress = (travellerId: number, form: EmailAddressForm) => Promise<Outcome | TooMany>;

export interface ChangeEmailAddressParts {
  readonly database: Database;
  readonly travellers: TravellerStore;
  readonly emailChanges: EmailChangeStore;
  readonly outbox: MailOutbox;
  readonly checkPassword: CheckPassword;
  readonly throttle: Throttle;
  readonly limits: AccountLimits;
  readonly clock: Clock;
  /** Undefined where no mail is sent. */
  readonly confirmation: { readonly publicUrl: string; readonly minutes: number } | undefined;
}

type Outcome = 'changed' | 'unchanged' | 'link sent' | FieldErrors;

export function changeEmailAddress(parts: ChangeEmailAddressParts): ChangeEmailAddress {
  const { database, travellers, emailChanges, outbox, checkPassword, throttle, limits, clock, confirmation } = parts;

  /** Locks the traveller, and tells whether the password is still the one that was checked. */
  const isUnchanged = async ({ id, passwordHash }: StoredTraveller, transaction: Transaction) =>
    (await travellers.lock(id, transaction))?.passwordHash === passwordHash;

  const changeNow = (traveller: StoredTraveller, emailAddress: string) =>
    database.transaction(async (transaction): Promise<Outcome> => {
      if (!(await isUnchanged(traveller, transaction))) return { emailPassword: WRONG_PASSWORD };
      const done = await travellers.setEmailAddress(traveller.id, emailAddress, transaction);
      if (!done) return { emailAddress: EMAIL_TAKEN };
      await emailChanges.removeAllOfTraveller(traveller.id, transaction);
      return 'changed';
    });

  const sendLink = async (traveller: StoredTraveller, emailAddress: string, publicUrl: string, minutes: number) => {
    const token = newLinkToken();
    const expiresAt = new Date(clock.now().getTime() + minutes * 60_000);
    const account = { travellerId: traveller.id, publicUrl };
    return database.transaction(async (transaction): Promise<Outcome> => {
      if (!(await isUnchanged(traveller, transaction))) return { emailPassword: WRONG_PASSWORD };
      // one link is sent, even if the form was sent twice, or this transaction ran before and its COMMIT was not answered
      const earlier = await emailChanges.waiting(traveller.id, clock.now(), transaction);
      const isRecent = earlier && expiresAt.getTime() - earlier.expiresAt.getTime() < REPEATED_WITHIN_MS;
      if (isRecent && earlier.emailAddress === emailAddress) return 'link sent';
      await emailChanges.replace({ travellerId: traveller.id, emailAddress, expiresAt }, token, transaction);
      const until = { spoken: spokenTime(expiresAt), expiresAt };
      await outbox.add(confirmationMail(account, emailAddress, token, until), transaction);
      await outbox.add(changeAskedMail(account, traveller.emailAddress), transaction);
      return 'link sent';
    });
  };

  return async (travellerId, { emailAddress, password }) => {
    const traveller = await travellers.withId(travellerId);
    const checked = await checkPassword(travellerId, traveller, password);
    if (checked instanceof TooMany) return checked;
    const broken = emailError(emailAddress);
    const errors = {
      ...(broken !== undefined && { emailAddress: broken }),
      ...(checked === 'wrong' && { emailPassword: WRONG_PASSWORD }),
    };
    if (hasErrors(errors) || !traveller) return errors;
    if (emailAddress === traveller.emailAddress) return 'unchanged';
    const change = async (): Promise<Outcome> => {
      if (await travellers.isAddressOfAnother(emailAddress, travellerId)) return { emailAddress: EMAIL_TAKEN };
      if (!confirmation) return changeNow(traveller, emailAddress);
      return sendLink(traveller, emailAddress, confirmation.publicUrl, confirmation.minutes);
    };
    return throttle.run(limits.emailChange(travellerId, emailAddress), change, () => true);
  };
}

const REPEATED_WITHIN_MS = 60_000;
