import type { BookingOutcome, BookTrip } from '../bookings/book-trip.ts';
import type { BookingStore } from '../bookings/booking-store.ts';
import type { Destination } from '../bookings/destinations.ts';
import { type Fixed, whyFixed } from '../bookings/rules.ts';
import type { Clock } from '../clock.ts';
import type { WaitlistStore } from './waitlist-store.ts';

export type TakeOffer = (travellerId: number, reference: string) => Promise<Taking>;

export type Taking =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'fixed'; readonly fixed: Fixed; readonly destinationName: string }
  | { readonly kind: 'asked'; readonly destinationName: string; readonly outcome: BookingOutcome };

/** Books the trip of the entry: with the offered place, or with any other that is free. */
export function takeOffer(
  bookTrip: BookTrip,
  bookings: BookingStore,
  entries: WaitlistStore,
  destinations: readonly Destination[],
  clock: Clock,
): TakeOffer {
  return async (travellerId, reference) => {
    const entry = await entries.find(travellerId, reference);
    if (!entry) {
      const booking = await bookings.find(travellerId, reference);
      if (!booking || booking.cancelledAt) return { kind: 'unknown' };
      return { kind: 'asked', destinationName: booking.destinationName, outcome: { kind: 'repeated', reference } };
    }
    const { destinationName } = entry;
    const destination = destinations.find(({ id }) => id === entry.destinationId);
    const fixed = whyFixed(entry, destinations, clock.now());
    if (fixed || !destination) return { kind: 'fixed', fixed: fixed ?? 'withdrawn', destinationName };
    const outcome = await bookTrip(travellerId, { ...entry, destination, formKey: reference });
    return { kind: 'asked', destinationName, outcome };
  };
}
