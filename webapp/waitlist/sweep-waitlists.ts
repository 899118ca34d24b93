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
 * Moves up what no traveller's own transaction does: offers that have lapsed, capacities that were raised, trips that are no longer
 * in somebody's way, departures that are gone. Any number of pods may do it at once: the second finds nothing left to do.
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
        // the others are not to wait for one that cannot
        const { destinationId, departureDate } = departure;
        logger.error('A waiting list cannot move up', { destinationId, departureDate, error });
      }
    }
  };
}
