import type { Destination } from '../bookings/destinations.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database/database.ts';
import { canMoveUp } from './rules.ts';
import type { WaitlistStore } from './waitlist-store.ts';
import type { Waitlist } from './waitlist.ts';

export type SweepWaitlists = () => Promise<void>;

/**
 * Moves up what no traveller's own transaction does: offers that have lapsed, capacities that were raised, trips that are no longer
 * in somebody's way, departures that are gone. Any number of pods may do it at once: the second finds nothing left to do.
 */
export function sweepWaitlists(
  database: Database,
  entries: WaitlistStore,
  waitlist: Waitlist,
  destinations: readonly Destination[],
  clock: Clock,
): SweepWaitlists {
  const capacities = new Map(destinations.map(({ id, capacity }) => [id, capacity]));
  return async () => {
    const now = clock.now();
    for (const departure of await entries.waitedFor(now)) {
      if (!canMoveUp(departure, capacities.get(departure.destinationId) ?? 0, now)) continue;
      await database.transaction((transaction) => waitlist.moveUp(departure, transaction));
    }
  };
}
