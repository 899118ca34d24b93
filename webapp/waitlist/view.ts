import type { EntryState } from '../bookings/booking-store.ts';
import { hasDeparted, spokenDay, spokenTime } from '../bookings/dates.ts';
import type { Destination } from '../bookings/destinations.ts';
import { bookPathOf } from '../bookings/forms.ts';
import { whyFixed } from '../bookings/rules.ts';
import type { EntryInLine } from './waitlist-store.ts';

export interface WaitingCard {
  readonly reference: string;
  readonly destination: string;
  readonly departure: string;
  readonly departureDate: string;
  readonly return: string;
  readonly returnDate: string;
  /** The booking form with the same destination and dates. */
  readonly bookPath: string;
  /** `closed`: the destination is no longer offered. */
  readonly state: EntryState | 'closed';
  /** "You are next in line." */
  readonly line: string;
  /** The end of the offer. */
  readonly until: { readonly spoken: string; readonly iso: string } | undefined;
}

/** Offers come first, because they expire. */
export function waitingCards(
  entries: readonly EntryInLine[],
  destinations: readonly Destination[],
  now: Date,
): readonly WaitingCard[] {
  const cards = entries
    .filter((entry) => !hasDeparted(entry, now))
    .map((entry) => cardOf(entry, whyFixed(entry, destinations, now) !== undefined));
  return [...cards.filter(({ until }) => until), ...cards.filter(({ until }) => !until)];
}

function cardOf(entry: EntryInLine, isClosed: boolean): WaitingCard {
  const { reference, destinationId, destinationName, departureDate, returnDate, offeredUntil, lapsedAt, position } =
    entry;
  return {
    reference,
    destination: destinationName,
    departure: spokenDay(departureDate),
    departureDate,
    return: spokenDay(returnDate),
    returnDate,
    bookPath: bookPathOf({ destination: { id: destinationId }, departureDate, returnDate }),
    state: isClosed ? 'closed' : offeredUntil ? 'offered' : lapsedAt ? 'lapsed' : 'waiting',
    line: position === 1 ? 'You are next in line.' : `You are number ${position} in line.`,
    until:
      offeredUntil && !isClosed ? { spoken: spokenTime(offeredUntil), iso: offeredUntil.toISOString() } : undefined,
  };
}
