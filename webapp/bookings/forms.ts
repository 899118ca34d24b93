import { randomUUID } from 'node:crypto';
import { lineOf, textOf } from '../web/form.ts';
import type { StoredBooking } from './booking-store.ts';
import { addDays, type Day, dayOf, daysBetween } from './dates.ts';
import type { Destination } from './destinations.ts';
import type { BookingForm } from './rules.ts';

export function bookingFormOf(body: unknown): BookingForm {
  return withAlternative(
    {
      age: lineOf(body, 'age'),
      previousExperience: textOf(body, 'previous_experience'),
      destination: textOf(body, 'destination'),
      departureDate: lineOf(body, 'departure_date'),
      returnDate: lineOf(body, 'return_date'),
      blackholeVisit: textOf(body, 'blackhole_visit'),
      formKey: textOf(body, 'form_key'),
    },
    dayOf(textOf(body, 'alternative')),
  );
}

/** The button of another departure moves the whole trip. */
function withAlternative(form: BookingForm, alternative: Day | undefined): BookingForm {
  const [departureDate, returnDate] = [dayOf(form.departureDate), dayOf(form.returnDate)];
  if (!alternative || !departureDate || !returnDate) return form;
  return {
    ...form,
    departureDate: alternative,
    returnDate: addDays(alternative, daysBetween(departureDate, returnDate)),
  };
}

/** The form that would make this booking again. */
export function formOf(booking: StoredBooking & { readonly destination: Destination }): BookingForm {
  return {
    age: String(booking.age),
    previousExperience: booking.previousExperience ? 'Yes' : 'No',
    destination: booking.destination.name,
    departureDate: booking.departureDate,
    returnDate: booking.returnDate,
    blackholeVisit: booking.blackholeVisit ? 'Yes' : 'No',
    formKey: randomUUID(),
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

/** Where that form is with the same destination and dates. Nothing of the traveller: addresses are kept in histories and logs. */
export function bookPathOf(
  { destination, departureDate, returnDate }: BookingForm,
  destinations: readonly Destination[],
): string {
  const { id } = destinations.find(({ name }) => name === destination) ?? {};
  const [departure, back] = [dayOf(departureDate), dayOf(returnDate)];
  const query = new URLSearchParams({
    ...(id !== undefined && { destination: id }),
    ...(departure !== undefined && { departure }),
    ...(back !== undefined && { return: back }),
  });
  return query.size === 0 ? '/book' : `/book?${query.toString()}`;
}
