import { randomUUID } from 'node:crypto';
import { lineOf, textOf } from '../http/form.ts';
import { type Day, dayOf } from './dates.ts';
import type { Destination } from './destinations.ts';
import type { BookingForm } from './rules.ts';

export function bookingFormOf(body: unknown): BookingForm {
  return {
    age: lineOf(body, 'age'),
    previousExperience: textOf(body, 'previous_experience'),
    destination: textOf(body, 'destination'),
    departureDate: lineOf(body, 'departure_date'),
    returnDate: lineOf(body, 'return_date'),
    blackholeVisit: textOf(body, 'blackhole_visit'),
    formKey: textOf(body, 'form_key'),
  };
}

/** A form nobody has filled in yet; a link may have chosen the destination and the dates. */
export function newBookingForm(query: unknown, destinations: readonly Destination[], today: Day): BookingForm {
  const chosen = destinations.find(({ id }) => id === textOf(query, 'destination'));
  return {
    age: '',
    previousExperience: 'No',
    destination: (chosen ?? destinations[0])?.name ?? '',
    departureDate: dayOf(textOf(query, 'departure')) ?? today,
    returnDate: dayOf(textOf(query, 'return')) ?? '',
    blackholeVisit: 'No',
    formKey: randomUUID(),
  };
}
