import { addDays, type Day, dayOf, spokenMonth, weekdayOf } from './dates.ts';
import type { Destination } from './destinations.ts';
import { overlaps, type TripDays } from './rules.ts';

/** Taken places by departure date. A date without any may be missing. */
export type Booked = ReadonlyMap<Day, number>;

/** `YYYY-MM` */
export type Month = string;

export interface CalendarDay {
  readonly date: Day;
  readonly number: number;
  readonly state: 'free' | 'full' | 'past';
  readonly left: number;
}

export interface Calendar {
  readonly destination: Destination;
  readonly month: Month;
  readonly title: string;
  /** From Monday to Sunday; undefined for days of other months. */
  readonly weeks: readonly (readonly (CalendarDay | undefined)[])[];
  readonly previous: Month | undefined;
  readonly next: Month | undefined;
}

/** Takes `YYYY-MM`, and what people write if their browser has no field for months: `7/2031`, `07.2031`, `2031/7`. */
export function monthOf(text: string): Month | undefined {
  const [, first = '', second = ''] = /^(\d{1,4})[/. ](\d{1,4})$/.exec(text.trim()) ?? [];
  const [year, month] = first.length === 4 ? [first, second] : [second, first];
  const written = first === '' ? text : `${year}-${month.padStart(2, '0')}`;
  return dayOf(`${written}-01`)?.slice(0, 7);
}

/** The first and the last day of a month. */
export function daysOf(month: Month): readonly [Day, Day] {
  const first = `${month}-01`;
  return [first, addDays(shifted(month, 1) + '-01', -1)];
}

export function calendarOf(destination: Destination, month: Month, booked: Booked, earliest: Day): Calendar {
  const [first, last] = daysOf(month);
  const days: (CalendarDay | undefined)[] = Array<undefined>(weekdayOf(first)).fill(undefined);
  for (let number = 1; number <= Number(last.slice(8)); number++) {
    const date = `${month}-${String(number).padStart(2, '0')}`;
    days.push(dayIn(destination, date, booked, earliest));
  }
  while (days.length % 7 !== 0) days.push(undefined);
  const [previous, next] = [shifted(month, -1), shifted(month, 1)];
  return {
    destination,
    month,
    title: spokenMonth(month),
    weeks: Array.from({ length: days.length / 7 }, (_, week) => days.slice(week * 7, week * 7 + 7)),
    previous: previous >= earliest.slice(0, 7) ? previous : undefined,
    next: next < LAST_MONTH ? next : undefined,
  };
}

/** Undefined if the calendar does not show the day. */
export function stateOn({ weeks }: Calendar, date: Day | undefined): CalendarDay['state'] | undefined {
  return weeks.flat().find((day) => day?.date === date)?.state;
}

/** The free departures nearest to a full one, by date. A trip of `days` days from there overlaps none of the traveller's own trips. */
export function nearestFree(
  wanted: { readonly departureDate: Day; readonly days: number; readonly capacity: number; readonly earliest: Day },
  booked: Booked,
  own: readonly TripDays[],
): readonly Day[] {
  const { departureDate, days, capacity, earliest } = wanted;
  const isFree = (date: Day) => {
    const trip = { departureDate: date, returnDate: addDays(date, days) };
    return date >= earliest && (booked.get(date) ?? 0) < capacity && !own.some((other) => overlaps(other, trip));
  };
  const found: Day[] = [];
  for (let distance = 1; distance <= SEARCH_DAYS && found.length < SUGGESTIONS; distance++) {
    for (const date of [addDays(departureDate, -distance), addDays(departureDate, distance)]) {
      if (found.length < SUGGESTIONS && isFree(date)) found.push(date);
    }
  }
  return found.sort();
}

/** How many days before and after the wanted date nearestFree() looks. */
export const SEARCH_DAYS = 60;
const SUGGESTIONS = 3;
const LAST_MONTH = '9999-01';

function dayIn({ capacity }: Destination, date: Day, booked: Booked, earliest: Day): CalendarDay {
  const left = Math.max(0, capacity - (booked.get(date) ?? 0));
  const state = date < earliest ? 'past' : left === 0 ? 'full' : 'free';
  return { date, number: Number(date.slice(8)), state, left };
}

function shifted(month: Month, by: number): Month {
  const date = new Date(`${month}-01T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() + by);
  return date.toISOString().slice(0, 7);
}
