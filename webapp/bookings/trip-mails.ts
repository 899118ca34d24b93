import type { Mailbox } from '../mail/letter.ts';
import type { CalendarAttachment, MailMessage } from '../mail/message.ts';
import { type CalendarTrip, calendarFile } from './calendar-file.ts';
import { spokenDay } from './dates.ts';

/** The trip after the change that the mail is about. */
export interface MailedTrip extends CalendarTrip {
  readonly travellerId: number;
}

export interface MailContext {
  /** It does not end with a slash. */
  readonly publicUrl: string;
  readonly organizer: Mailbox;
  readonly now: Date;
}

export function bookedMail(trip: MailedTrip, context: MailContext): MailMessage {
  const subject = `Booked: ${trip.destinationName}, ${spokenDay(trip.departureDate)}`;
  const text = `Your trip to ${trip.destinationName} is booked. We wish you a safe journey!`;
  return messageOf('booked', subject, [text, tableOf(trip), KEEP, linkOf(context)], trip, context);
}

export function changedMail(trip: MailedTrip, context: MailContext): MailMessage {
  const subject = `New dates: ${trip.destinationName}, ${spokenDay(trip.departureDate)}`;
  const text = `Your trip to ${trip.destinationName} has new dates.`;
  return messageOf('changed', subject, [text, tableOf(trip), REPLACE, linkOf(context)], trip, context);
}

export function cancelledMail(trip: MailedTrip, context: MailContext): MailMessage {
  const subject = `Cancelled: ${trip.destinationName}, ${spokenDay(trip.departureDate)}`;
  const text = `Your trip to ${trip.destinationName} has been cancelled. Your place is free for others again.`;
  const again = `Your other trips, and places for new ones:\n${context.publicUrl}/reservation`;
  return messageOf('cancelled', subject, [text, tableOf(trip), REMOVE, again], trip, context);
}

const KEEP = 'The attached file puts it into your calendar.';
const REPLACE = 'The attached file changes it in your calendar.';
const REMOVE = 'The attached file takes it out of your calendar.';

function messageOf(
  kind: 'booked' | 'changed' | 'cancelled',
  subject: string,
  paragraphs: readonly string[],
  trip: MailedTrip,
  { organizer, now }: MailContext,
): MailMessage {
  const calendar: CalendarAttachment = {
    fileName: `trip-${trip.reference}.ics`,
    content: calendarFile(trip, now, organizer),
    method: trip.cancelled ? 'CANCEL' : 'PUBLISH',
  };
  return { travellerId: trip.travellerId, kind, subject, text: paragraphs.join('\n\n'), calendar };
}

function tableOf({ reference, departureDate, returnDate }: MailedTrip): string {
  const rows = [
    ['Reference:', reference],
    ['Departure:', spokenDay(departureDate)],
    ['Return:', spokenDay(returnDate)],
  ] as const;
  return rows.map(([name, value]) => `  ${name.padEnd(12)}${value}`).join('\n');
}

function linkOf({ publicUrl }: MailContext): string {
  return `Your ticket, other dates, or a change of mind:\n${publicUrl}/reservation`;
}
