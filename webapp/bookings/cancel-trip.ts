import type { Database } from '../database/database.ts';
import { ChangedMeanwhileError } from '../database/errors.ts';
import type { BookingStore, StoredBooking } from './booking-store.ts';

export type CancelTrip = (travellerId: number, reference: string) => Promise<StoredBooking | undefined>;

/** The booking that is now cancelled, whoever did it; undefined where the traveller has none with this reference. */
export function cancelTrip(database: Database, bookings: BookingStore, now: () => Date): CancelTrip {
  return (travellerId, reference) =>
    database.transaction(async (transaction) => {
      const booking = await bookings.find(travellerId, reference, transaction);
      if (!booking || booking.cancelledAt) return booking;
      await bookings.freePlace(booking, transaction);
      if (!(await bookings.markCancelled(booking, now(), transaction))) throw new ChangedMeanwhileError();
      return booking;
    });
}
