import type { Transaction } from 'sequelize';
import type { Clock } from '../clock.ts';
import type { Database } from '../database/connection.ts';
import type { MailOutbox } from '../mail/outbox.ts';
import type { TravellerSessions } from '../sessions/session-store.ts';
import type { EmailChangeStore } from './email-change-store.ts';
import { passwordChangedMail } from './password-mails.ts';
import type { LinkToken } from './link-token.ts';
import type { PasswordResetStore } from './password-reset-store.ts';
import type { TravellerStore } from './traveller-store.ts';

/** What allows the replacement: the hash of the password that was entered, if it is still the stored one, or an unused link. */
export type Entitlement = { readonly currentHash: string } | { readonly token: LinkToken };

/** Resolves to false, and changes nothing, if the entitlement is not valid, or no longer. */
export type ReplacePassword = (travellerId: number, by: Entitlement, newHash: string) => Promise<boolean>;

export interface ReplacePasswordParts {
  readonly database: Database;
  readonly travellers: TravellerStore;
  readonly resets: PasswordResetStore;
  readonly emailChanges: EmailChangeStore;
  readonly sessions: TravellerSessions;
  readonly outbox: MailOutbox;
  readonly publicUrl: string;
  readonly clock: Clock;
}

/** One transaction stores the new password, ends all sessions and links from before, and writes a mail to the traveller. */
export function replacePassword(parts: ReplacePasswordParts): ReplacePassword {
  const { database, travellers, resets, emailChanges, sessions, outbox, publicUrl, clock } = parts;
  const holds = (travellerId: number, by: Entitlement, hash: string, transaction: Transaction) =>
    'token' in by ? resets.use(by.token, travellerId, clock.now(), transaction) : by.currentHash === hash;
  return (travellerId, by, newHash) =>
    database.transaction(async (transaction) => {
      const traveller = await travellers.lock(travellerId, transaction);
      if (!traveller) return false;
      // each hash has its own salt, so this transaction ran before, and its COMMIT was not answered
      if (traveller.passwordHash === newHash) return true;
      if (!(await holds(travellerId, by, traveller.passwordHash, transaction))) return false;
      await travellers.setPasswordHash(travellerId, newHash, transaction);
      await resets.removeAllOfTraveller(travellerId, transaction);
      await emailChanges.removeAllOfTraveller(travellerId, transaction);
      await sessions.removeAllOfTraveller(travellerId, transaction);
      const { username } = traveller;
      await outbox.add(passwordChangedMail({ travellerId, username, publicUrl }), transaction);
      return true;
    });
}
