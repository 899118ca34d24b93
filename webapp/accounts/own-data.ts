import type { BookingRecord, BookingStore } from '../bookings/booking-store.ts';
import type { Clock } from '../clock.ts';
import type { MailOutbox } from '../mail/outbox.ts';
import type { TravellerSessions } from '../sessions/session-store.ts';
import type { StoredEntry, WaitlistStore } from '../waitlist/waitlist-store.ts';
import type { EmailChangeStore } from './email-change-store.ts';
import type { TravellerStore } from './traveller-store.ts';

export type OwnData = (travellerId: number) => Promise<object | undefined>;

/** All that is kept of a traveller, but for what lets somebody in: password, sessions' and links' secrets. */
export function ownData(
  travellers: TravellerStore,
  bookings: BookingStore,
  entries: WaitlistStore,
  sessions: TravellerSessions,
  outbox: MailOutbox,
  emailChanges: EmailChangeStore,
  clock: Clock,
): OwnData {
  return async (travellerId) => {
    const traveller = await travellers.withId(travellerId);
    if (!traveller) return undefined;
    const { username, name, emailAddress, createdAt } = traveller;
    return {
      ...{ username, name, emailAddress, registered: createdAt },
      emailAddressToConfirm: (await emailChanges.waiting(travellerId, clock.now()))?.emailAddress,
      trips: (await bookings.allOfTraveller(travellerId)).map(tripOf),
      waitingList: (await entries.ofTraveller(travellerId)).map(entryOf),
      sessions: await sessions.ofTraveller(travellerId),
      mailsOnTheirWay: await outbox.waitingFor(travellerId),
    };
  };
}

/** Without the numbers by which the database knows it. */
function tripOf({ id, travellerId, destinationId, sequence, ...trip }: BookingRecord) {
  return trip;
}

function entryOf({ id, travellerId, destinationId, ...entry }: StoredEntry) {
  return entry;
}
