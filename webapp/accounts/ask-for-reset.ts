import type { Clock } from '../clock.ts';
import type { Database } from '../database/connection.ts';
import type { MailOutbox } from '../mail/outbox.ts';
import type { Throttle, TooMany } from '../throttling/throttle.ts';
import type { AccountLimits } from './limits.ts';
import { resetMail } from './password-mails.ts';
import { newResetToken, type PasswordResetStore } from './password-reset-store.ts';
import type { TravellerStore } from './traveller-store.ts';

/** `address` is the client's, as far as it can be told. */
export type AskForReset = (emailAddress: string, address: string | undefined) => Promise<'asked' | TooMany>;

export interface AskForResetParts {
  readonly database: Database;
  readonly travellers: TravellerStore;
  readonly resets: PasswordResetStore;
  readonly outbox: MailOutbox;
  readonly throttle: Throttle;
  readonly limits: AccountLimits;
  readonly publicUrl: string;
  readonly minutes: number;
  readonly clock: Clock;
}

const NOBODY = { id: 0, username: '' };

/**
 * Sends a link to the owner of the address. For an address that nobody has the same is written, for nobody: neither the answer nor
 * the time that it takes tells who has an account.
 */
export function askForReset(parts: AskForResetParts): AskForReset {
  const { database, travellers, resets, outbox, throttle, limits, publicUrl, minutes, clock } = parts;
  const ask = async (emailAddress: string) => {
    const { id, username } = (await travellers.withEmailAddress(emailAddress)) ?? NOBODY;
    const token = newResetToken();
    const expiresAt = new Date(clock.now().getTime() + minutes * 60_000);
    await database.transaction(async (transaction) => {
      // a token that is there is of the same transaction, whose commit succeeded unseen: the mail is in the outbox too
      if (!(await resets.add(token, id, expiresAt, transaction))) return;
      await outbox.add(resetMail({ travellerId: id, username, publicUrl }, token, minutes, expiresAt), transaction);
    });
    return 'asked' as const;
  };
  return (emailAddress, address) =>
    throttle.run(
      limits.passwordReset(emailAddress, address),
      () => ask(emailAddress),
      () => true,
    );
}
