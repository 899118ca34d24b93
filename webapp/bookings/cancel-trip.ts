import type { Clock } from '../clock.ts';
import type { Database } from '../database/connection.ts';
import { ChangedMeanwhileError } from '../database/errors.ts';
import type { Waitlist } from './waitlist-contract.ts';
import type { BookingStore, StoredBooking } from './booking-store.ts';
import { hasDeparted } from './dates.ts';

export type CancelTrip = (travellerId: number, reference: string) => Promise<Cancellation>;

/** `isNew`: this call cancelled the trip, which was not cancelled before. */
export type Cancellation =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'departed'; readonly booking: StoredBooking }
  | { readonly kind: 'cancelled'; readonly booking: StoredBooking; readonly isNew: boolean };

/** The place goes to the first on the waiting list at once. A trip that has departed cannot be cancelled. */
export function cancelTrip(database: Database, bookings: BookingStore, waitlist: Waitlist, clock: Clock): CancelTrip {
  return (travellerId, reference) => {
    // stays true if the transaction runs again: a COMMIT whose answer was lost may have succeeded
    let isNew = false;
    return database.transaction<Cancellation>(async (transaction) => {
      const booking = await bookings.find(travellerId, reference, transaction);
      if (!booking) return { kind: 'unknown' };
      if (booking.cancelledAt) return { kind: 'cancelled', booking, isNew };
      if (hasDeparted(booking, clock.now())) return { kind: 'departed', booking };
      await bookings.freePlace(booking, transaction);
      if (!(await bookings.markCancelled(booking, clock.now(), transaction))) throw new ChangedMeanwhileError();
      await waitlist.moveUp(booking, transaction);
      isNew = true;
      return { kind: 'cancelled', booking, isNew };
    });
  };
}
