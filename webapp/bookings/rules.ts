import { type FieldErrors, REQUIRED } from '../web/form.ts';
import { type Day, dayOf, hasDeparted, spokenDay } from './dates.ts';
import type { Destination } from './destinations.ts';

/** The booking form as it was filled in. */
export interface BookingForm {
  readonly age: string;
  readonly previousExperience: string;
  /** Undefined where there is none of that name. */
  readonly destination: Destination | undefined;
  readonly departureDate: string;
  readonly returnDate: string;
  readonly blackholeVisit: string;
  /** Of the rendered form: the same form sent twice books once. */
  readonly formKey: string;
}

/** What is asked for, once the form breaks no rule. */
export interface TripRequest {
  readonly age: number;
  readonly previousExperience: boolean;
  readonly destination: Destination;
  readonly departureDate: Day;
  readonly returnDate: Day;
  readonly blackholeVisit: boolean;
  readonly formKey: string;
}

export type CheckedForm =
  { readonly trip: TripRequest; readonly errors?: never } | { readonly errors: FieldErrors; readonly trip?: never };

const WRONG_AGE = 'You cannot book an interstellar vacation with that age. Travellers are from 18 to 150 years old.';
const TIME_TRAVEL =
  "Travelling through time yet isn't possible. Pick a departure date that is not in the past and that is before the return date.";
const NO_DATE = 'Not a valid date.';
const NO_CHOICE = 'Not a valid choice.';

/** Every rule that the form breaks on its own, by field, in the order of the form. */
export function checkBookingForm(form: BookingForm, earliestDeparture: Day): CheckedForm {
  const errors: Record<string, string> = {};
  const age = /^[+-]?\d{1,6}$/.test(form.age) ? Number(form.age) : Number.NaN;
  const { destination } = form;
  const dates = checkDates(form, earliestDeparture);

  if (form.age === '') errors.age = REQUIRED;
  else if (!(age >= 18 && age <= 150)) errors.age = WRONG_AGE;
  if (!isYesOrNo(form.previousExperience)) errors.previousExperience = NO_CHOICE;
  if (!destination) errors.destination = NO_CHOICE;
  Object.assign(errors, dates.errors);
  if (!isYesOrNo(form.blackholeVisit)) errors.blackholeVisit = NO_CHOICE;

  if (Object.keys(errors).length > 0 || !destination || !dates.days) return { errors };
  return {
    trip: {
      age,
      previousExperience: form.previousExperience === 'Yes',
      destination,
      ...dates.days,
      blackholeVisit: form.blackholeVisit === 'Yes',
      formKey: form.formKey,
    },
  };
}

export interface TripDays {
  readonly departureDate: Day;
  readonly returnDate: Day;
}

export type CheckedDates =
  { readonly days: TripDays; readonly errors?: never } | { readonly errors: FieldErrors; readonly days?: never };

/** What the two dates break on their own: each is a day, the departure is not past, and it comes before the return. */
export function checkDates(
  form: { readonly departureDate: string; readonly returnDate: string },
  earliestDeparture: Day,
): CheckedDates {
  const errors: Record<string, string> = {};
  const departureDate = dayOf(form.departureDate);
  const returnDate = dayOf(form.returnDate);
  if (!departureDate) errors.departureDate = form.departureDate === '' ? REQUIRED : NO_DATE;
  else if (departureDate < earliestDeparture || (returnDate && departureDate >= returnDate)) {
    errors.departureDate = TIME_TRAVEL;
  }
  if (!returnDate) errors.returnDate = form.returnDate === '' ? REQUIRED : NO_DATE;
  if (Object.keys(errors).length > 0 || !departureDate || !returnDate) return { errors };
  return { days: { departureDate, returnDate } };
}

/** A booking that stands, as far as the rules look at it. */
export interface StandingTrip {
  readonly reference: string;
  readonly destinationName: string;
  readonly departureDate: Day;
  readonly returnDate: Day;
  /** It was made by this very form. */
  readonly sameForm: boolean;
}

export type BookingVerdict =
  | { readonly kind: 'book' }
  | { readonly kind: 'repeated'; readonly reference: string }
  | { readonly kind: 'refused'; readonly full: boolean; readonly overlapping: StandingTrip | undefined };

/** What becomes of a request, given the departure's state and those of the traveller's bookings that touch it. */
export function verdictOf(full: boolean, standing: readonly StandingTrip[]): BookingVerdict {
  const repeated = standing.find(({ sameForm }) => sameForm);
  if (repeated) return { kind: 'repeated', reference: repeated.reference };
  const overlapping = standing[0];
  return full || overlapping ? { kind: 'refused', full, overlapping } : { kind: 'book' };
}

/** The day of a return may be the day of the next departure. */
export function overlaps(a: TripDays, b: TripDays): boolean {
  return a.departureDate < b.returnDate && b.departureDate < a.returnDate;
}

export function refusalMessages(
  destinationName: string,
  full: boolean,
  overlapping: StandingTrip | undefined,
): FieldErrors {
  const messages: string[] = [];
  if (full) {
    messages.push(
      `There are no available slots on ${destinationName} for this departure date, please pick another date to start your interstellar journey!`,
    );
  }
  if (overlapping) {
    const { destinationName: elsewhere, departureDate, returnDate } = overlapping;
    messages.push(
      `You are on your way to ${elsewhere} from ${spokenDay(departureDate)} to ${spokenDay(returnDate)}: trips cannot overlap.`,
    );
  }
  return { departureDate: messages.join(' ') };
}

/** What keeps a trip from being changed: it has departed, or nobody flies there any more. */
export type Fixed = 'departed' | 'withdrawn';

export function whyFixed(
  trip: { readonly destinationId: string; readonly departureDate: Day },
  destinations: readonly Destination[],
  now: Date,
): Fixed | undefined {
  if (hasDeparted(trip, now)) return 'departed';
  return destinations.some(({ id }) => id === trip.destinationId) ? undefined : 'withdrawn';
}

export function fixedMessage(fixed: Fixed, destinationName: string): string {
  return {
    departed: `Your trip to ${destinationName} has departed: it can no longer be changed or cancelled.`,
    withdrawn: `We do not fly to ${destinationName} any more. Your trip stands as it is; you may also cancel it.`,
  }[fixed];
}

/** For some minutes a cancelled trip can be taken back, unless it would have departed. */
export function canUndo(
  trip: { readonly departureDate: Day; readonly cancelledAt: Date | null },
  undoMinutes: number,
  now: Date,
): boolean {
  return trip.cancelledAt !== null && trip.cancelledAt > undoableSince(undoMinutes, now) && !hasDeparted(trip, now);
}

export function undoableSince(undoMinutes: number, now: Date): Date {
  return new Date(now.getTime() - undoMinutes * 60_000);
}

function isYesOrNo(value: string): boolean {
  return value === 'Yes' || value === 'No';
}
