import type { Transaction } from 'sequelize';
import type { Claimant, DepartureKey } from './booking-store.ts';

export type Moved = 'all' | 'some';

/** What transactions that give or take places tell the waiting lists. */
export interface Waitlist {
  /**
   * Locks the departure, ends its offers that are over, and keeps its free places for those who wait, in their order. It looks at
   * what is there and not at what happened, so that calling it once too often does nothing. To be called, with the departure
   * locked already or in its turn of the lock order, by each transaction that gave one of its places back; again where not all are
   * kept yet.
   */
  moveUp(departure: DepartureKey, transaction: Transaction): Promise<Moved>;
  /** The claimant has got a trip on this departure: they wait no longer, and a place kept beside the one taken is free. */
  tripMade(
    claimant: Claimant,
    departure: DepartureKey,
    tookFreePlace: boolean,
    transaction: Transaction,
  ): Promise<void>;
}
