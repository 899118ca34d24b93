import type { BookingStore } from '../bookings/booking-store.ts';
import type { Database } from '../database/connection.ts';
import type { StoredEntry, WaitlistStore } from './waitlist-store.ts';
import type { Waitlist } from '../bookings/waitlist-contract.ts';

export type LeaveWaitlist = (travellerId: number, reference: string) => Promise<StoredEntry | undefined>;

/** An offered place goes to the next in line. Resolves to undefined if the traveller has no such entry. */
export function leaveWaitlist(
  database: Database,
  bookings: BookingStore,
  entries: WaitlistStore,
  waitlist: Waitlist,
): LeaveWaitlist {
  return (travellerId, reference) => {
    // stays set if the transaction runs again: a COMMIT whose answer was lost may have succeeded
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
