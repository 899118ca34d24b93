import { type FieldErrors, REQUIRED } from '../web/form.ts';
import { type Day, dayOf, hasDeparted, spokenDay } from './dates.ts';
import type { Destination } from './destinations.ts';

/** The fields of the booking form as the traveller filled them in. */
export interface BookingForm {
  readonly age: string;
  readonly previousExperience: string;
  /** Undefined if there is none of that name. */
  readonly destination: Destination | undefined;
  readonly departureDate: string;
  readonly returnDate: string;
  readonly blackholeVisit: string;
  /** Each rendered form has its own key, so that sending it twice books once. */
  readonly formKey: string;
}

/** A booking form that breaks no rule. */
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

/** Finds every rule that the form breaks, without asking the database. The errors are in the order of the fields. */
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

/** Both dates must be days, and the departure must be before the return and not in the past. */
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

/** A booking that is not cancelled. */
export interface StandingTrip {
  readonly reference: string;
  readonly destinationName: string;
  readonly departureDate: Day;
  readonly returnDate: Day;
  /** This form made it. */
  readonly sameForm: boolean;
}

export type BookingVerdict =
  | { readonly kind: 'book' }
  | { readonly kind: 'repeated'; readonly reference: string }
  | { readonly kind: 'refused'; readonly full: boolean; readonly overlapping: StandingTrip | undefined };

/** `standing`: see BookingStore.standing. */
export function verdictOf(full: boolean, standing: readonly StandingTrip[]): BookingVerdict {
  const repeated = standing.find(({ sameForm }) => sameForm);
  if (repeated) return { kind: 'repeated', reference: repeated.reference };
  const overlapping = standing[0];
  return full || overlapping ? { kind: 'refused', full, overlapping } : { kind: 'book' };
}

/** A trip may depart on the day on which another one returns. */
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

/** Why a trip cannot be changed: it has departed, or the destination is no longer offered. */
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

/** A cancellation can be undone for some minutes, until the trip would have departed. */
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
