import type { BookingStore, StoredBooking } from '../bookings/booking-store.ts';
import type { StoredEntry, WaitlistStore } from '../waitlist/waitlist-store.ts';
import type { TravellerStore } from './traveller-store.ts';

export type OwnData = (travellerId: number) => Promise<object | undefined>;

/** All that is kept of a traveller, but for what the password was turned into. */
export function ownData(travellers: TravellerStore, bookings: BookingStore, entries: WaitlistStore): OwnData {
  return async (travellerId) => {
    const traveller = await travellers.withId(travellerId);
    if (!traveller) return undefined;
    const { username, name, emailAddress } = traveller;
    return {
      ...{ username, name, emailAddress },
      trips: (await bookings.allOfTraveller(travellerId)).map(tripOf),
      waitingList: (await entries.ofTraveller(travellerId)).map(entryOf),
    };
  };
}

/** Without the numbers by which the database knows it. */
function tripOf({ id, travellerId, destinationId, sequence, ...trip }: StoredBooking) {
  return trip;
}

function entryOf({ id, travellerId, destinationId, ...entry }: StoredEntry) {
  return entry;
}
