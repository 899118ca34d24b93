import { type BookTrip, idempotencyKeyOf } from '../bookings/book-trip.ts';
import type { BookingStore } from '../bookings/booking-store.ts';
import { newReference } from '../bookings/reference.ts';
import type { StandingTrip, TripRequest } from '../bookings/rules.ts';
import type { Database } from '../database/connection.ts';
import type { WaitlistStore } from './waitlist-store.ts';
import type { Waitlist } from '../bookings/waitlist-contract.ts';

export type JoinWaitlist = (travellerId: number, trip: TripRequest) => Promise<Joining>;

/**
 * `booked`: a place was free, so the trip is booked. `waiting`: on the list; an older entry for the departure now has these dates.
 * `isNew`: this call did it. `gone`: the traveller no longer exists.
 */
export type Joining =
  | { readonly kind: 'gone' }
  | { readonly kind: 'booked' | 'waiting'; readonly isNew: boolean }
  | { readonly kind: 'refused'; readonly overlapping: StandingTrip };

export function joinWaitlist(
  database: Database,
  bookings: BookingStore,
  entries: WaitlistStore,
  waitlist: Waitlist,
  bookTrip: BookTrip,
): JoinWaitlist {
  return async (travellerId, trip) => {
    const verdict = await bookTrip(travellerId, trip);
    if (verdict.kind === 'gone') return { kind: 'gone' };
    if (verdict.kind !== 'refused') return { kind: 'booked', isNew: verdict.kind === 'book' };
    if (verdict.overlapping) return { kind: 'refused', overlapping: verdict.overlapping };
    const { destination, departureDate, returnDate, age, previousExperience, blackholeVisit } = trip;
    const departure = { destinationId: destination.id, departureDate };
    // stays true if the transaction runs again: a COMMIT whose answer was lost may have succeeded
    let isNew = false;
    return database.transaction<Joining>(async (transaction) => {
      await bookings.lockDeparture(departure, transaction);
      const claimant = await bookings.lockClaimant(travellerId, departure, transaction);
      if (!claimant) return { kind: 'gone' };
      const asked = { travellerId, departureDate, returnDate, idempotencyKey: idempotencyKeyOf(trip) };
      const standing = await bookings.standing(asked, transaction);
      // the form may have been sent twice at once, and a place have become free for the other sending
      if (standing.some(({ sameForm }) => sameForm)) return { kind: 'booked', isNew: false };
      const [overlapping] = standing;
      if (overlapping) return { kind: 'refused', overlapping };
      const wish = { returnDate, age, previousExperience, blackholeVisit };
      if (claimant.entry && claimant.entry.state !== 'lapsed') {
        await entries.revise(claimant.entry, wish, transaction);
        return { kind: 'waiting', isNew };
      }
      if (claimant.entry) await entries.remove([claimant.entry], transaction);
      const named = { destinationName: destination.name, reference: newReference() };
      await entries.add({ ...departure, ...wish, ...named, travellerId }, transaction);
      // a place may have become free between the two transactions
      await waitlist.moveUp(departure, transaction);
      isNew = true;
      return { kind: 'waiting', isNew };
    });
  };
}
