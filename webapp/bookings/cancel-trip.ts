import type { Clock } from '../clock.ts';
import type { Database } from '../database/connection.ts';
import { ChangedMeanwhileError } from '../database/errors.ts';
import type { Waitlist } from './waitlist-contract.ts';
import type { BookingStore, StoredBooking } from './booking-store.ts';
import { hasDeparted } from './dates.ts';

export type CancelTrip = (travellerId: number, reference: string) => Promise<Cancellation>;

/** `cancelled`: it is so now; `isNew` where this call did it. */
export type Cancellation =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'departed'; readonly booking: StoredBooking }
  | { readonly kind: 'cancelled'; readonly booking: StoredBooking; readonly isNew: boolean };

/** Frees the place at once, for the first who waits for it; who has departed cannot give it to anybody. */
export function cancelTrip(database: Database, bookings: BookingStore, waitlist: Waitlist, clock: Clock): CancelTrip {
  return (travellerId, reference) => {
    // still true when the transaction runs again, as its commit may have succeeded unseen
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
