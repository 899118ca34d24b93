import type { Clock } from '../clock.ts';
import type { Metrics } from '../probes/metrics.ts';
import type { BookingStore } from './booking-store.ts';
import { earliestDeparture } from './dates.ts';

export type CheckCounters = () => Promise<void>;

/** Counts future departures with a wrong counter. The metric has no value while the database cannot be asked. */
export function checkCounters(bookings: BookingStore, { mismatchedDepartures }: Metrics, clock: Clock): CheckCounters {
  mismatchedDepartures.remove();
  return async () => {
    try {
      mismatchedDepartures.set(await bookings.mismatched(earliestDeparture(clock.now())));
    } catch (error) {
      mismatchedDepartures.remove();
      throw error;
    }
  };
}
