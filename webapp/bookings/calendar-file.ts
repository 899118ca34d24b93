import { asciiDomain } from '../mail/address.ts';
import type { Mailbox } from '../mail/letter.ts';
import { addDays, type Day } from './dates.ts';

export interface CalendarTrip {
  readonly reference: string;
  readonly destinationName: string;
  readonly departureDate: Day;
  readonly returnDate: Day;
  /** Grows with each change, so that calendars replace their older copy. */
  readonly sequence: number;
  readonly cancelled: boolean;
}

/**
 * An iCalendar file (RFC 5545) of one trip in whole days. Its end is the day after the trip. It has a method only with an organizer,
 * because RFC 5546 wants both or none. `stamp` is the time at which a file with a method was made, or else the time of the trip's last
 * change (RFC 5545, 3.8.7.2).
 */
export function calendarFile(trip: CalendarTrip, stamp: Date, organizer: Mailbox | undefined): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Interstellar Vacations//Booking//EN',
    ...(organizer ? [`METHOD:${trip.cancelled ? 'CANCEL' : 'PUBLISH'}`] : []),
    'BEGIN:VEVENT',
    ...(organizer ? [organizerLine(organizer)] : []),
    `UID:${trip.reference}@interstellar-vacations`,
    `DTSTAMP:${stamp.toISOString().replace(/[-:]|\.\d+/g, '')}`,
    `DTSTART;VALUE=DATE:${compact(trip.departureDate)}`,
    `DTEND;VALUE=DATE:${compact(addDays(trip.returnDate, 1))}`,
    `SEQUENCE:${trip.sequence}`,
    `STATUS:${trip.cancelled ? 'CANCELLED' : 'CONFIRMED'}`,
    `SUMMARY:${escaped(`Vacation: ${trip.destinationName}`)}`,
    `DESCRIPTION:${escaped(`Reference ${trip.reference}`)}`,
    `LOCATION:${escaped(trip.destinationName)}`,
    'TRANSP:OPAQUE',
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join('');
}

function organizerLine({ name, address }: Mailbox): string {
  const commonName = name === '' ? '' : `;CN="${name.replaceAll('"', "'")}"`;
  const [local = '', domain = ''] = address.split('@');
  return `ORGANIZER${commonName}:mailto:${encodeURIComponent(local)}@${asciiDomain(domain)}`;
}

function compact(day: Day): string {
  return day.replaceAll('-', '');
}

function escaped(text: string): string {
  return text.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n');
}

/** No line may be longer than 75 octets. A continuation line begins with a blank. */
function folded(line: string): string {
  const parts: string[] = [];
  let part = '';
  for (const character of line) {
    if (Buffer.byteLength(part + character) > 75) {
      parts.push(part);
      part = ' ';
    }
    part += character;
  }
  return [...parts, part].join('\r\n');
}
