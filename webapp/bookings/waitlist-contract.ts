import type { Transaction } from 'sequelize';
import type { Claimant, DepartureKey } from './booking-store.ts';

export type Moved = 'all' | 'some';

/** Every transaction that takes or gives back a place calls this. */
export interface Waitlist {
  /**
   * Locks the departure, ends offers that have expired or that another trip of the traveller blocks, and offers the free places to the
   * first in line. It works from the rows alone, so an extra call does nothing. A transaction that gives a place back calls it, with the
   * departure locked or next in the lock order. `some`: there may be more to offer, so call it again.
   */
  moveUp(departure: DepartureKey, transaction: Transaction): Promise<Moved>;
  /** Removes the claimant's entry, because they now have a trip on this departure. If they took another place, frees the offered one. */
  tripMade(
    claimant: Claimant,
    departure: DepartureKey,
    tookFreePlace: boolean,
    transaction: Transaction,
  ): Promise<void>;
}
