import type { BookingStore } from '../bookings/booking-store.ts';
import type { Database } from '../database/database.ts';
import { ChangedMeanwhileError } from '../database/errors.ts';
import { type Throttle, TooMany } from '../throttling/throttle.ts';
import type { AccountLimits } from './limits.ts';
import type { Passwords } from './passwords.ts';
import type { TravellerStore } from './traveller-store.ts';

export type DeleteAccount = (travellerId: number, password: string) => Promise<'deleted' | 'wrong password' | TooMany>;

/** Removes the traveller and all that is known of them; the places of their trips are free again. */
export function deleteAccount(
  database: Database,
  travellers: TravellerStore,
  bookings: BookingStore,
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
    await database.transaction(async (transaction) => {
      const standing = async () =>
        (await bookings.allOfTraveller(travellerId, transaction)).filter(({ cancelledAt }) => cancelledAt === null);
      const before = await standing();
      for (const booking of before) await bookings.freePlace(booking, transaction);
      await bookings.lockTraveller(travellerId, transaction);
      const now = await standing();
      const same = now.length === before.length && now.every((one, index) => one.sequence === before[index]?.sequence);
      if (!same) throw new ChangedMeanwhileError();
      await bookings.removeAllOfTraveller(travellerId, transaction);
      await travellers.remove(travellerId, transaction);
    });
    return 'deleted';
  };
}
