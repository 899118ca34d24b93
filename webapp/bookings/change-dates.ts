import type { Transaction } from 'sequelize';
import type { Database } from '../database/database.ts';
import { ChangedMeanwhileError } from '../database/errors.ts';
import type { BookingStore, StoredBooking } from './booking-store.ts';
import type { Destination } from './destinations.ts';
import type { StandingTrip, TripDays } from './rules.ts';

export type ChangeDates = (travellerId: number, reference: string, to: TripDays) => Promise<DateChange>;

export type DateChange =
  | { readonly kind: 'changed'; readonly booking: StoredBooking }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'refused'; readonly full: boolean; readonly overlapping: StandingTrip | undefined };

/** Moves a trip to other dates in one step: the old place is given up only when the new one is taken. */
export function changeDates(
  database: Database,
  bookings: BookingStore,
  destinations: readonly Destination[],
): ChangeDates {
  const attempt = async (travellerId: number, reference: string, to: TripDays, transaction: Transaction) => {
    const booking = await bookings.find(travellerId, reference, transaction);
    if (!booking || booking.cancelledAt) return { kind: 'unknown' } as const;
    const { destinationId, departureDate } = booking;
    const destination = destinations.find(({ id }) => id === destinationId);
    const give = () => bookings.freePlace(booking, transaction);
    // nobody flies any more to what is no longer a destination
    const take = async () =>
      destination !== undefined &&
      bookings.takePlace({ destinationId, departureDate: to.departureDate }, destination.capacity, transaction);
    let taken = true;
    // the lock order: the earlier departure first
    if (to.departureDate < departureDate) {
      taken = await take();
      await give();
    } else if (to.departureDate > departureDate) {
      await give();
      taken = await take();
    }
    await bookings.lockTraveller(travellerId, transaction);
    const [overlapping] = await bookings.standing({ ...to, travellerId, except: reference }, transaction);
    if (!taken || overlapping) throw new NotChanged({ kind: 'refused', full: !taken, overlapping });
    if (!(await bookings.move(booking, to, transaction))) throw new ChangedMeanwhileError();
    return { kind: 'changed', booking } as const;
  };
  return (travellerId, reference, to) =>
    database
      .transaction<DateChange>((transaction) => attempt(travellerId, reference, to, transaction))
      .catch((error: unknown) => {
        if (error instanceof NotChanged) return error.change;
        throw error;
      });
}

/** Rolls the transaction back: the trip stays as it was. */
class NotChanged extends Error {
  readonly change: DateChange;
  constructor(change: DateChange) {
    super('Not changed');
    this.change = change;
  }
}
