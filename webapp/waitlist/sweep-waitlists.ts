import type { Destination } from '../bookings/destinations.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database/connection.ts';
import { passesByItself } from '../database/errors.ts';
import type { Logger } from '../log.ts';
import { canMoveUp } from './rules.ts';
import type { WaitlistStore } from './waitlist-store.ts';
import type { Waitlist } from '../bookings/waitlist-contract.ts';

export type SweepWaitlists = () => Promise<void>;

export interface SweepWaitlistsParts {
  readonly database: Database;
  readonly entries: WaitlistStore;
  readonly waitlist: Waitlist;
  readonly destinations: readonly Destination[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Moves waiting lists up when no traveller's transaction does: an offer has expired, the capacity has grown, a trip that was in the
 * way is gone, or the departure has passed. Any number of pods may do it at once: the second finds nothing left to do.
 */
export function sweepWaitlists(parts: SweepWaitlistsParts): SweepWaitlists {
  const { database, entries, waitlist, destinations, clock, logger } = parts;
  const capacities = new Map(destinations.map(({ id, capacity }) => [id, capacity]));
  return async () => {
    const now = clock.now();
    for (const departure of await entries.waitedFor(now)) {
      if (!canMoveUp(departure, capacities.get(departure.destinationId) ?? 0, now)) continue;
      try {
        const moveUp = () => database.transaction((transaction) => waitlist.moveUp(departure, transaction));
        while ((await moveUp()) === 'some') continue;
      } catch (error) {
        if (passesByItself(error)) throw error;
        // go on with the other lists
        const { destinationId, departureDate } = departure;
        logger.error('A waiting list cannot move up', { destinationId, departureDate, error });
      }
    }
  };
}
