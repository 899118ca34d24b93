import type { Clock } from '../clock.ts';
import type { Database } from '../database/connection.ts';
import { ChangedMeanwhileError } from '../database/errors.ts';
import type { Waitlist } from './waitlist-contract.ts';
import { type BookingStore, hasOffer, type StoredBooking } from './booking-store.ts';
import type { Destination } from './destinations.ts';
import { canUndo, type StandingTrip } from './rules.ts';

export type UndoCancellation = (travellerId: number, reference: string) => Promise<Undoing>;

/** `isNew`: this call restored the trip, which was cancelled before. */
export type Undoing =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'too late'; readonly booking: StoredBooking }
  | { readonly kind: 'restored'; readonly booking: StoredBooking; readonly isNew: boolean }
  | {
      readonly kind: 'refused';
      readonly booking: StoredBooking;
      readonly destination: Destination;
      readonly full: boolean;
      readonly overlapping: StandingTrip | undefined;
    };

/** Books a place again if one is left: the cancellation gave the old one back at once. */
export function undoCancellation(
  database: Database,
  bookings: BookingStore,
  waitlist: Waitlist,
  destinations: readonly Destination[],
  undoMinutes: number,
  clock: Clock,
): UndoCancellation {
  return (travellerId, reference) => {
    // stays true if the transaction runs again: a COMMIT whose answer was lost may have succeeded
    let isNew = false;
    return database.transaction<Undoing>(async (transaction, rollBack) => {
      const booking = await bookings.find(travellerId, reference, transaction);
      if (!booking) return { kind: 'unknown' };
      if (!booking.cancelledAt) return { kind: 'restored', booking, isNew };
      const destination = destinations.find(({ id }) => id === booking.destinationId);
      if (!destination || !canUndo(booking, undoMinutes, clock.now())) return { kind: 'too late', booking };
      const taken = await bookings.takePlace(booking, destination.capacity, transaction);
      const claimant = await bookings.lockClaimant(travellerId, booking, transaction);
      if (!claimant) return rollBack({ kind: 'unknown' });
      const full = !taken && !hasOffer(claimant);
      const [overlapping] = await bookings.standing({ ...booking, except: reference }, transaction);
      if (full || overlapping) return rollBack({ kind: 'refused', booking, destination, full, overlapping });
      if (!(await bookings.restore(booking, transaction))) throw new ChangedMeanwhileError();
      await waitlist.tripMade(claimant, booking, taken, transaction);
      isNew = true;
      return { kind: 'restored', booking, isNew };
    });
  };
}
