import type { BookingRecord, BookingStore } from '../bookings/booking-store.ts';
import type { Clock } from '../clock.ts';
import type { MailOutbox } from '../mail/outbox.ts';
import type { TravellerSessions } from '../sessions/session-store.ts';
import type { StoredEntry, WaitlistStore } from '../waitlist/waitlist-store.ts';
import type { EmailChangeStore } from './email-change-store.ts';
import type { TravellerStore } from './traveller-store.ts';

export type OwnData = (travellerId: number) => Promise<object | undefined>;

/** All data stored about a traveller, except the secrets: password, session ids and tokens of links. */
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

/** Without the ids of the database. */
function tripOf({ id, travellerId, destinationId, sequence, ...trip }: BookingRecord) {
  return trip;
}

function entryOf({ id, travellerId, destinationId, ...entry }: StoredEntry) {
  return entry;
}
