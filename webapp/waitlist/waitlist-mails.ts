import { spokenDay, spokenTime } from '../bookings/dates.ts';
import type { MailMessage } from '../mail/message.ts';
import type { StoredEntry } from './waitlist-store.ts';

/** `publicUrl` does not end with a slash. */
export function offeredMail(entry: StoredEntry, until: Date, publicUrl: string): MailMessage {
  const text = [
    `A place to ${entry.destinationName} has become free, and you are the first in line: it is kept for you until ${spokenTime(until)}.`,
    daysOf(entry),
    `Take it, or leave it to the next in line:\n${publicUrl}/reservation`,
  ];
  const subject = `A place for you: ${entry.destinationName}, ${spokenDay(entry.departureDate)}`;
  return { travellerId: entry.travellerId, kind: 'place-offered', subject, text: text.join('\n\n'), lapsesAt: until };
}

export function lapsedMail(entry: StoredEntry, publicUrl: string): MailMessage {
  const text = [
    `The place to ${entry.destinationName} that was kept for you was not taken in time, and is now the next traveller's.`,
    daysOf(entry),
    `You can join the waiting list again, or look for another day:\n${publicUrl}/reservation`,
  ];
  const subject = `No longer kept: ${entry.destinationName}, ${spokenDay(entry.departureDate)}`;
  return { travellerId: entry.travellerId, kind: 'place-lapsed', subject, text: text.join('\n\n') };
}

function daysOf({ departureDate, returnDate }: StoredEntry): string {
  return `  Departure:  ${spokenDay(departureDate)}\n  Return:     ${spokenDay(returnDate)}`;
}
