import type { Clock } from '../clock.ts';
import type { Database } from '../database/connection.ts';
import type { MailOutbox } from '../mail/outbox.ts';
import type { Throttle, TooMany } from '../throttling/throttle.ts';
import type { AccountLimits } from './limits.ts';
import { resetMail } from './password-mails.ts';
import type { PasswordResetStore } from './password-reset-store.ts';
import { newLinkToken } from './link-token.ts';
import type { TravellerStore } from './traveller-store.ts';

/** `address` is the client's IP address, if known. */
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
 * Sends a link to the owner of the address. For an unknown address it writes the same rows, for traveller 0, and no mail leaves. So
 * neither the answer nor its time tells who has an account.
 */
export function askForReset(parts: AskForResetParts): AskForReset {
  const { database, travellers, resets, outbox, throttle, limits, publicUrl, minutes, clock } = parts;
  const ask = async (emailAddress: string) => {
    const { id, username } = (await travellers.withEmailAddress(emailAddress)) ?? NOBODY;
    const token = newLinkToken();
    const expiresAt = new Date(clock.now().getTime() + minutes * 60_000);
    await database.transaction(async (transaction) => {
      // the token exists if this transaction ran before and its COMMIT was not answered; the mail is in the outbox then
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
