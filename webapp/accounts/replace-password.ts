import type { Transaction } from 'sequelize';
import type { Clock } from '../clock.ts';
import type { Database } from '../database/connection.ts';
import type { MailOutbox } from '../mail/outbox.ts';
import type { TravellerSessions } from '../sessions/session-store.ts';
import type { EmailChangeStore } from './email-change-store.ts';
import { passwordChangedMail } from './password-mails.ts';
import type { PasswordResetStore, ResetToken } from './password-reset-store.ts';
import type { TravellerStore } from './traveller-store.ts';

/** What entitles to it: the hash of the password that was given and still holds, or a link that was not used yet. */
export type Entitlement = { readonly currentHash: string } | { readonly token: ResetToken };

/** Resolves to false, and changes nothing, where the entitlement does not hold (any more). */
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

/** In one transaction the new password holds, all sessions and all links that came before it end, and the traveller is told. */
export function replacePassword(parts: ReplacePasswordParts): ReplacePassword {
  const { database, travellers, resets, emailChanges, sessions, outbox, publicUrl, clock } = parts;
  const holds = (travellerId: number, by: Entitlement, hash: string, transaction: Transaction) =>
    'token' in by ? resets.use(by.token, travellerId, clock.now(), transaction) : by.currentHash === hash;
  return (travellerId, by, newHash) =>
    database.transaction(async (transaction) => {
      const traveller = await travellers.lock(travellerId, transaction);
      if (!traveller) return false;
      // no two hashes are the same: this transaction ran before, and its end was not heard of
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
