import { TooMany } from '../throttling/throttle.ts';
import type { CheckPassword } from './check-password.ts';
import type { RemoveTraveller } from './remove-traveller.ts';
import type { TravellerStore } from './traveller-store.ts';

export type DeleteAccount = (travellerId: number, password: string) => Promise<'deleted' | 'wrong password' | TooMany>;

/** Removes the traveller, and all that is known of them, when the password is right. */
export function deleteAccount(
  travellers: TravellerStore,
  removeTraveller: RemoveTraveller,
  check: CheckPassword,
): DeleteAccount {
  return async (travellerId, password) => {
    const traveller = await travellers.withId(travellerId);
    const checked = await check(travellerId, traveller, password);
    if (checked instanceof TooMany) return checked;
    // the form may have been sent twice, and the other sending have deleted the account
    if (!traveller) return 'deleted';
    if (checked === 'wrong') return 'wrong password';
    await removeTraveller(travellerId);
    return 'deleted';
  };
}
