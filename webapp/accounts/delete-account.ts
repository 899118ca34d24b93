import { type Throttle, TooMany } from '../throttling/throttle.ts';
import type { AccountLimits } from './limits.ts';
import type { Passwords } from './passwords.ts';
import type { RemoveTraveller } from './remove-traveller.ts';
import type { TravellerStore } from './traveller-store.ts';

export type DeleteAccount = (travellerId: number, password: string) => Promise<'deleted' | 'wrong password' | TooMany>;

/** Removes the traveller, and all that is known of them, when the password is right. */
export function deleteAccount(
  travellers: TravellerStore,
  removeTraveller: RemoveTraveller,
  passwords: Passwords,
  throttle: Throttle,
  limits: AccountLimits,
): DeleteAccount {
  return async (travellerId, password) => {
    const traveller = await travellers.withId(travellerId);
    const checked = await throttle.run(
      limits.passwordCheck(travellerId),
      () => passwords.verify(password, traveller?.passwordHash),
      (result) => result === 'wrong',
    );
    if (checked instanceof TooMany) return checked;
    if (checked === 'wrong') return 'wrong password';
    await removeTraveller(travellerId);
    return 'deleted';
  };
}
