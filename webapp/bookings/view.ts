import { searchOf } from '../web/form.ts';
import type { Calendar, Month } from './calendar.ts';
import type { StoredBooking } from './booking-store.ts';
import { type Day, daysBetween, earliestDeparture, isoDay, spokenDay, wholeYearsBetween } from './dates.ts';
import type { Destination } from './destinations.ts';
import { linkFieldsOf } from './forms.ts';
import type { BookingForm } from './rules.ts';

export const BOOKING_LABELS = {
  age: 'Age',
  previousExperience: 'Previous experience',
  destination: 'Destination',
  departureDate: 'Departure',
  returnDate: 'Return',
  blackholeVisit: 'Black hole tour',
};

export interface TripCard {
  readonly reference: string;
  readonly destination: string;
  readonly departure: string;
  readonly departureDate: Day;
  readonly return: string;
  readonly returnDate: Day;
  readonly length: string;
  readonly age: number;
  readonly previousExperience: string;
  readonly blackholeVisit: string;
  readonly when: string;
  readonly canChange: boolean;
  readonly canCancel: boolean;
}

/** Sorted by departure. Trips that are over come last, the latest of them first. */
export function tripCards(
  bookings: readonly StoredBooking[],
  destinations: readonly Destination[],
  now: Date,
): readonly TripCard[] {
  const [today, earliest] = [isoDay(now), earliestDeparture(now)];
  const flownTo = new Set(destinations.map(({ id }) => id));
  const cards = bookings.map((booking) => {
    const canCancel = booking.departureDate >= earliest;
    return cardOf(booking, today, canCancel, canCancel && flownTo.has(booking.destinationId));
  });
  const isOver = ({ returnDate }: TripCard) => returnDate < today;
  return [...cards.filter((card) => !isOver(card)), ...cards.filter(isOver).reverse()];
}

function cardOf(booking: StoredBooking, today: Day, canCancel: boolean, canChange: boolean): TripCard {
  return {
    reference: booking.reference,
    destination: booking.destinationName,
    departure: spokenDay(booking.departureDate),
    departureDate: booking.departureDate,
    return: spokenDay(booking.returnDate),
    returnDate: booking.returnDate,
    length: counted(daysBetween(booking.departureDate, booking.returnDate), 'day'),
    age: booking.age,
    previousExperience: booking.previousExperience ? 'Yes' : 'No',
    blackholeVisit: booking.blackholeVisit ? 'Yes' : 'No',
    when: whenOf(booking, today),
    canChange,
    canCancel,
  };
}

/** Trips whose cancellation can be undone. */
export function undoCards(bookings: readonly StoredBooking[]) {
  return bookings.map(({ reference, destinationName, departureDate }) => ({
    reference,
    destination: destinationName,
    departure: spokenDay(departureDate),
  }));
}

/** `form`: the booking form beside the calendar. The calendar's links keep what was filled in. */
export function departuresPage(
  calendar: Calendar,
  destinations: readonly Destination[],
  calendarPath: string,
  form: Partial<BookingForm> = {},
) {
  const { destination, month } = calendar;
  const filledIn = linkFieldsOf(form);
  return {
    title: 'Departures',
    calendar,
    calendarPath,
    filledIn,
    monthLink: (other: Month) =>
      `${calendarPath}${searchOf({ destination: destination.id, ...filledIn, month: other })}#calendar`,
    dayLink: (date: Day) =>
      `/book${searchOf({ destination: destination.id, ...linkFieldsOf({ ...form, departureDate: date }), month })}`,
    allDestinations: destinations,
  };
}

export function bookingPage(
  form: BookingForm,
  destinations: readonly Destination[],
  calendar: Calendar,
  earliest: Day,
  offers: { readonly alternatives: readonly Day[]; readonly waitFor: Day | undefined },
) {
  return {
    ...departuresPage(calendar, destinations, '/book', form),
    alternatives: offers.alternatives.map((date) => ({ date, spoken: spokenDay(date) })),
    waitFor: offers.waitFor === undefined ? undefined : spokenDay(offers.waitFor),
    title: 'Book a trip',
    labels: BOOKING_LABELS,
    values: {
      age: form.age,
      previousExperience: form.previousExperience,
      destination: form.destination?.name,
      departureDate: form.departureDate,
      returnDate: form.returnDate,
      blackholeVisit: form.blackholeVisit,
    },
    formKey: form.formKey,
    earliest,
    destinations: destinations.map(({ name }) => name),
  };
}

export function changePage(booking: StoredBooking, form: TripForm, earliest: Day) {
  return {
    title: 'Change dates',
    labels: BOOKING_LABELS,
    values: { departureDate: form.departureDate, returnDate: form.returnDate },
    reference: booking.reference,
    destination: booking.destinationName,
    departuresPath: `/departures${searchOf({ destination: booking.destinationId, month: booking.departureDate.slice(0, 7) })}`,
    earliest,
  };
}

type TripForm = Pick<BookingForm, 'departureDate' | 'returnDate'>;

function whenOf({ departureDate, returnDate }: StoredBooking, today: Day): string {
  if (today < departureDate) {
    const years = wholeYearsBetween(today, departureDate);
    return years >= 2 ? `in ${years} years` : `in ${counted(daysBetween(today, departureDate), 'day')}`;
  }
  return today <= returnDate ? 'under way' : 'completed';
}

function counted(number: number, noun: string): string {
  const figure = number < 1000 ? String(number) : number.toLocaleString('en-GB');
  return `${figure} ${noun}${number === 1 ? '' : 's'}`;
}
