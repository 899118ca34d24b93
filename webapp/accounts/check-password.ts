import type { Throttle, TooMany } from '../throttling/throttle.ts';
import type { AccountLimits } from './limits.ts';
import type { Passwords } from './passwords.ts';
import type { StoredTraveller } from './traveller-store.ts';

/** Checks the password that a logged-in traveller enters again. It takes as long if the traveller has been deleted. */
export type CheckPassword = (
  travellerId: number,
  traveller: StoredTraveller | undefined,
  password: string,
) => Promise<'right' | 'wrong' | TooMany>;

export const WRONG_PASSWORD = 'This is not your password.';

export function checkPassword(passwords: Passwords, throttle: Throttle, limits: AccountLimits): CheckPassword {
  return (travellerId, traveller, password) =>
    throttle.run(
      limits.passwordCheck(travellerId),
      async () => ((await passwords.verify(password, traveller?.passwordHash)) === 'wrong' ? 'wrong' : 'right'),
      (result) => result === 'wrong',
    );
}
