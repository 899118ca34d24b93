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

function tripOf(booking: StoredBooking) {
  const {
    reference,
    destinationName,
    departureDate,
    returnDate,
    age,
    previousExperience,
    blackholeVisit,
    cancelledAt,
  } = booking;
  return {
    reference,
    destinationName,
    departureDate,
    returnDate,
    age,
    previousExperience,
    blackholeVisit,
    cancelledAt,
  };
}
