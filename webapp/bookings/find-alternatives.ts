import type { Clock } from '../clock.ts';
import type { BookingStore } from './booking-store.ts';
import { nearestFree, SEARCH_DAYS } from './calendar.ts';
import { addDays, type Day, daysBetween, earliestDeparture } from './dates.ts';
import type { TripRequest } from './rules.ts';

export type WantedTrip = Pick<TripRequest, 'destination' | 'departureDate' | 'returnDate'>;

export type FindAlternatives = (travellerId: number, trip: WantedTrip) => Promise<readonly Day[]>;

/** The days nearest to a full departure on which the traveller could make the same trip. */
export function findAlternatives(bookings: BookingStore, clock: Clock): FindAlternatives {
  return async (travellerId, { destination, departureDate, returnDate }) => {
    const [from, to] = [addDays(departureDate, -SEARCH_DAYS), addDays(departureDate, SEARCH_DAYS)];
    const [booked, own] = await Promise.all([
      bookings.booked(destination.id, from, to),
      bookings.ofTraveller(travellerId),
    ]);
    const wanted = {
      departureDate,
      days: daysBetween(departureDate, returnDate),
      capacity: destination.capacity,
      earliest: earliestDeparture(clock.now()),
    };
    return nearestFree(wanted, booked, own);
  };
}
