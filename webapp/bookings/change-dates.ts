import type { Clock } from '../clock.ts';
import type { Database } from '../database/connection.ts';
import { ChangedMeanwhileError } from '../database/errors.ts';
import type { Waitlist } from './waitlist-contract.ts';
import { type BookingStore, hasOffer } from './booking-store.ts';
import type { Destination } from './destinations.ts';
import { type Fixed, type StandingTrip, type TripDays, whyFixed } from './rules.ts';

export type ChangeDates = (travellerId: number, reference: string, to: TripDays) => Promise<DateChange>;

export type DateChange =
  | { readonly kind: 'unknown' }
  /** `isNew`: this call changed the dates, which were others before. */
  | { readonly kind: 'changed'; readonly isNew: boolean }
  | { readonly kind: 'fixed'; readonly fixed: Fixed }
  | { readonly kind: 'refused'; readonly full: boolean; readonly overlapping: StandingTrip | undefined };

/** Moves a trip to other dates in one transaction: the traveller keeps the old place unless the new one is theirs. */
export function changeDates(
  database: Database,
  bookings: BookingStore,
  waitlist: Waitlist,
  destinations: readonly Destination[],
  clock: Clock,
): ChangeDates {
  return (travellerId, reference, to) => {
    // stays true if the transaction runs again: a COMMIT whose answer was lost may have succeeded
    let isNew = false;
    return database.transaction<DateChange>(async (transaction, rollBack) => {
      const booking = await bookings.find(travellerId, reference, transaction);
      if (!booking || booking.cancelledAt) return { kind: 'unknown' };
      const { destinationId, departureDate } = booking;
      const fixed = whyFixed(booking, destinations, clock.now());
      const destination = destinations.find(({ id }) => id === destinationId);
      if (fixed || !destination) return { kind: 'fixed', fixed: fixed ?? 'withdrawn' };
      // a repeated form, or a COMMIT whose answer was lost: write no second mail
      if (departureDate === to.departureDate && booking.returnDate === to.returnDate) return { kind: 'changed', isNew };
      const give = () => bookings.freePlace(booking, transaction);
      const departure = { destinationId, departureDate: to.departureDate };
      const take = () => bookings.takePlace(departure, destination.capacity, transaction);
      let taken = true;
      // the lock order: the earlier departure first
      if (to.departureDate < departureDate) {
        taken = await take();
        await give();
      } else if (to.departureDate > departureDate) {
        await give();
        taken = await take();
      }
      const claimant = await bookings.lockClaimant(travellerId, departure, transaction);
      if (!claimant) return rollBack({ kind: 'unknown' });
      const [overlapping] = await bookings.standing({ ...to, travellerId, except: reference }, transaction);
      const full = !taken && !hasOffer(claimant);
      if (full || overlapping) return rollBack({ kind: 'refused', full, overlapping });
      if (!(await bookings.move(booking, to, transaction))) throw new ChangedMeanwhileError();
      await waitlist.tripMade(claimant, departure, taken, transaction);
      if (to.departureDate !== departureDate) await waitlist.moveUp(booking, transaction);
      isNew = true;
      return { kind: 'changed', isNew };
    });
  };
}
