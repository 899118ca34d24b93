import type { BookingStore } from '../bookings/booking-store.ts';
import type { Database } from '../database/connection.ts';
import type { StoredEntry, WaitlistStore } from './waitlist-store.ts';
import type { Waitlist } from '../bookings/waitlist-contract.ts';

export type LeaveWaitlist = (travellerId: number, reference: string) => Promise<StoredEntry | undefined>;

/** A place that was kept goes to the next. Undefined where the traveller has no such entry. */
export function leaveWaitlist(
  database: Database,
  bookings: BookingStore,
  entries: WaitlistStore,
  waitlist: Waitlist,
): LeaveWaitlist {
  return (travellerId, reference) => {
    // still known when the transaction runs again, as its commit may have succeeded unseen
    let left: StoredEntry | undefined;
    return database.transaction(async (transaction) => {
      const entry = await entries.find(travellerId, reference, transaction);
      if (!entry) return left;
      await bookings.lockDeparture(entry, transaction);
      const locked = await entries.find(travellerId, reference, transaction);
      if (!locked) return left;
      await entries.remove([locked], transaction);
      if (locked.offeredUntil) await bookings.freePlace(locked, transaction);
      await waitlist.moveUp(locked, transaction);
      left = locked;
      return left;
    });
  };
}
