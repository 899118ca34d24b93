import type { Transaction } from 'sequelize';
import { type BookingStore, type DepartureKey, inLockOrder } from '../bookings/booking-store.ts';
import type { Database } from '../database/connection.ts';
import { ChangedMeanwhileError } from '../database/errors.ts';
import type { Waitlist } from '../bookings/waitlist-contract.ts';
import type { WaitlistStore } from '../waitlist/waitlist-store.ts';
import type { TravellerStore } from './traveller-store.ts';

export type RemoveTraveller = (travellerId: number) => Promise<void>;

/** Removes the traveller, their trips and their entries of waiting lists. The waiting lists get the places. */
export function removeTraveller(
  database: Database,
  travellers: TravellerStore,
  bookings: BookingStore,
  entries: WaitlistStore,
  waitlist: Waitlist,
): RemoveTraveller {
  const placesOf = async (travellerId: number, transaction: Transaction) => {
    const trips = await bookings.allOfTraveller(travellerId, transaction);
    return {
      standing: trips.filter(({ cancelledAt }) => cancelledAt === null),
      waiting: await entries.ofTraveller(travellerId, transaction),
    };
  };
  return (travellerId) =>
    database.transaction(async (transaction) => {
      const before = await placesOf(travellerId, transaction);
      const departures = inLockOrder([...before.standing, ...before.waiting]);
      for (const departure of departures) await bookings.lockDeparture(departure, transaction);
      await travellers.lock(travellerId, transaction);
      const { standing, waiting } = await placesOf(travellerId, transaction);
      if (![...standing, ...waiting].every((one) => departures.some((locked) => isSame(one, locked)))) {
        throw new ChangedMeanwhileError();
      }
      const kept = waiting.filter(({ offeredUntil }) => offeredUntil !== null);
      for (const place of [...standing, ...kept]) await bookings.freePlace(place, transaction);
      await entries.removeAllOfTraveller(travellerId, transaction);
      await bookings.removeAllOfTraveller(travellerId, transaction);
      await travellers.remove(travellerId, transaction);
      for (const departure of departures) await waitlist.moveUp(departure, transaction);
    });
}

function isSame(a: DepartureKey, b: DepartureKey): boolean {
  return a.destinationId === b.destinationId && a.departureDate === b.departureDate;
}
