import type { BookingStore, StoredBooking } from '../bookings/booking-store.ts';
import type { TravellerStore } from './traveller-store.ts';

export type OwnData = (travellerId: number) => Promise<object | undefined>;

/** All that is kept of a traveller, but for what the password was turned into. */
export function ownData(travellers: TravellerStore, bookings: BookingStore): OwnData {
  return async (travellerId) => {
    const traveller = await travellers.withId(travellerId);
    if (!traveller) return undefined;
    const { username, name, emailAddress } = traveller;
    return { username, name, emailAddress, trips: (await bookings.allOfTraveller(travellerId)).map(tripOf) };
  };
}

/** Without the numbers by which the database knows it. */
function tripOf({ id, travellerId, destinationId, sequence, ...trip }: StoredBooking) {
  return trip;
}
