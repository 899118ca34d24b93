import { randomUUID } from 'node:crypto';
import { lineOf, searchOf, textOf } from '../web/form.ts';
import type { StoredBooking } from './booking-store.ts';
import { addDays, type Day, dayOf, daysBetween } from './dates.ts';
import type { Destination } from './destinations.ts';
import type { BookingForm } from './rules.ts';

/** The only place that looks a destination up by its name. */
export function bookingFormOf(body: unknown, destinations: readonly Destination[]): BookingForm {
  const name = textOf(body, 'destination');
  return withAlternative(
    {
      age: lineOf(body, 'age'),
      previousExperience: textOf(body, 'previousExperience'),
      destination: destinations.find((one) => one.name === name),
      ...datesOf(body),
      blackholeVisit: textOf(body, 'blackholeVisit'),
      formKey: textOf(body, 'formKey'),
    },
    dayOf(textOf(body, 'alternative')),
  );
}

/** Turns dates with the year first, such as `2031/7/5`, into `YYYY-MM-DD`: in some browsers a date field is plain text. */
export function datesOf(body: unknown): Pick<BookingForm, 'departureDate' | 'returnDate'> {
  const date = (field: string) => {
    const line = lineOf(body, field);
    const [, year, month = '', day = ''] = /^(\d{4})([-/. ])(\d{1,2})\2(\d{1,2})$/.exec(line)?.toSpliced(2, 1) ?? [];
    return year === undefined ? line : [year, month.padStart(2, '0'), day.padStart(2, '0')].join('-');
  };
  return { departureDate: date('departureDate'), returnDate: date('returnDate') };
}

/** An alternative departure moves the return too, so that the trip keeps its length. */
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
    destination: booking.destination,
    departureDate: booking.departureDate,
    returnDate: booking.returnDate,
    blackholeVisit: booking.blackholeVisit ? 'Yes' : 'No',
    formKey: randomUUID(),
  };
}

/** A link chooses a destination by its id. */
export function destinationIn(query: unknown, destinations: readonly Destination[]): Destination | undefined {
  const id = textOf(query, 'destination');
  return destinations.find((one) => one.id === id);
}

/** A form that nobody has sent yet. A link may have filled in the fields of `linkFieldsOf`. */
export function newBookingForm(query: unknown, destinations: readonly Destination[], today: Day): BookingForm {
  return {
    age: shortNumber(textOf(query, 'travellerAge')) ?? '',
    previousExperience: yesOrNo(textOf(query, 'experience')),
    destination: destinationIn(query, destinations) ?? destinations[0],
    departureDate: dayOf(textOf(query, 'departure')) ?? today,
    returnDate: dayOf(textOf(query, 'return')) ?? '',
    blackholeVisit: yesOrNo(textOf(query, 'blackhole')),
    formKey: randomUUID(),
  };
}

/**
 * What every link to the form keeps of these fields. Links have names of their own for them: the calendar sends the same names in
 * hidden inputs beside the form, and each field name of the form must be on the page only once.
 */
export function linkFieldsOf(form: Partial<BookingForm>): Readonly<Record<string, string | undefined>> {
  return {
    departure: dayOf(form.departureDate ?? ''),
    return: dayOf(form.returnDate ?? ''),
    travellerAge: shortNumber(form.age ?? ''),
    experience: form.previousExperience === 'Yes' ? 'Yes' : undefined,
    blackhole: form.blackholeVisit === 'Yes' ? 'Yes' : undefined,
  };
}

function shortNumber(text: string): string | undefined {
  return /^\d{1,3}$/.test(text) ? text : undefined;
}

function yesOrNo(text: string): 'Yes' | 'No' {
  return text === 'Yes' ? 'Yes' : 'No';
}

/**
 * The path of the form with this destination and these dates filled in. It has nothing about the traveller, because histories and
 * logs keep paths.
 */
export function bookPathOf(trip: {
  readonly destination: Pick<Destination, 'id'> | undefined;
  readonly departureDate: string;
  readonly returnDate: string;
}): string {
  const { departureDate, returnDate } = trip;
  return `/book${searchOf({ destination: trip.destination?.id, ...linkFieldsOf({ departureDate, returnDate }) })}`;
}
