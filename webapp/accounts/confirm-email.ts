import type { Clock } from '../clock.ts';
import type { Database } from '../database/connection.ts';
import type { MailOutbox } from '../mail/outbox.ts';
import type { EmailChangeStore } from './email-change-store.ts';
import { addressChangedMail } from './email-mails.ts';
import type { LinkToken } from './link-token.ts';
import type { PasswordResetStore } from './password-reset-store.ts';
import type { TravellerStore } from './traveller-store.ts';

/** `expired`: the link is too old, a newer one took its place, or it belongs to somebody else. */
export type ConfirmEmailAddress = (travellerId: number, token: LinkToken) => Promise<'changed' | 'taken' | 'expired'>;

export interface ConfirmEmailAddressParts {
  readonly database: Database;
  readonly travellers: TravellerStore;
  readonly emailChanges: EmailChangeStore;
  readonly resets: PasswordResetStore;
  readonly outbox: MailOutbox;
  readonly clock: Clock;
}

/**
 * One transaction stores the new address, ends the password links that went to the old address, and writes a mail to the old address.
 * The same form sent twice gets the same answer and changes nothing the second time.
 */
export function confirmEmailAddress(parts: ConfirmEmailAddressParts): ConfirmEmailAddress {
  const { database, travellers, emailChanges, resets, outbox, clock } = parts;
  return (travellerId, token) =>
    database.transaction(async (transaction) => {
      const traveller = await travellers.lock(travellerId, transaction);
      const change = await emailChanges.find(travellerId, token, clock.now(), transaction);
      if (!traveller || !change) return 'expired';
      if (change.confirmedAt) return traveller.emailAddress === change.emailAddress ? 'changed' : 'expired';
      if (!(await travellers.setEmailAddress(travellerId, change.emailAddress, transaction))) return 'taken';
      await emailChanges.markConfirmed(travellerId, clock.now(), transaction);
      await resets.removeAllOfTraveller(travellerId, transaction);
      await outbox.add(addressChangedMail(travellerId, traveller.emailAddress), transaction);
      return 'changed';
    });
}
