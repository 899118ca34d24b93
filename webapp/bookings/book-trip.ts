import { createHash } from 'node:crypto';
import type { Database } from '../database/connection.ts';
import type { Waitlist } from './waitlist-contract.ts';
import { type BookingStore, hasOffer } from './booking-store.ts';
import { newReference } from './reference.ts';
import { type BookingVerdict, type TripRequest, verdictOf } from './rules.ts';

export type BookTrip = (travellerId: number, trip: TripRequest) => Promise<BookingOutcome>;

/** `gone`: the traveller no longer exists. */
export type BookingOutcome = BookingVerdict | { readonly kind: 'gone' };

/** Books, unless the departure is full or the dates overlap another trip. A form that is sent twice finds its own booking. */
export function bookTrip(database: Database, bookings: BookingStore, waitlist: Waitlist): BookTrip {
  return (travellerId, trip) =>
    database.transaction<BookingOutcome>(async (transaction, rollBack) => {
      const departure = { destinationId: trip.destination.id, departureDate: trip.departureDate };
      const idempotencyKey = idempotencyKeyOf(trip);
      const taken = await bookings.takePlace(departure, trip.destination.capacity, transaction);
      const claimant = await bookings.lockClaimant(travellerId, departure, transaction);
      if (!claimant) return rollBack({ kind: 'gone' });
      const standing = await bookings.standing({ ...trip, travellerId, idempotencyKey }, transaction);
      const verdict = verdictOf(!taken && !hasOffer(claimant), standing);
      if (verdict.kind !== 'book') return rollBack(verdict);
      const { returnDate, age, previousExperience, blackholeVisit } = trip;
      await bookings.add(
        {
          ...departure,
          ...{ travellerId, returnDate, age, previousExperience, blackholeVisit, idempotencyKey },
          destinationName: trip.destination.name,
          // the booking keeps the entry's reference, so that a repeated form about the entry finds the booking
          reference: claimant.entry?.reference ?? newReference(),
        },
        transaction,
      );
      await waitlist.tripMade(claimant, departure, taken, transaction);
      return verdict;
    });
}

/** Covers the form's key and its fields. So a traveller who goes back and changes a field makes a new booking. */
export function idempotencyKeyOf(trip: TripRequest): Buffer {
  const { formKey, destination, departureDate, returnDate, age, previousExperience, blackholeVisit } = trip;
  const parts = [formKey, destination.id, departureDate, returnDate, age, previousExperience, blackholeVisit];
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}
