/** `YYYY-MM-DD`. Such strings sort by date and belong to no time zone. */
export type Day = string;

/** Undefined if there is no such day. The limits leave room to add days: MySQL has no year after 9999. */
export function dayOf(text: string): Day | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text < '1000-01-01' || text > '9998-12-31') return undefined;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) ? text : undefined;
}

/** Today in UTC-12, where each day ends last: an earlier departure is past everywhere on Earth. */
export function earliestDeparture(now: Date): Day {
  return isoDay(new Date(now.getTime() - 12 * HOUR));
}

/** The day of departure is over everywhere on Earth. */
export function hasDeparted({ departureDate }: { readonly departureDate: Day }, now: Date): boolean {
  return departureDate < earliestDeparture(now);
}

export function isoDay(date: Date): Day {
  return date.toISOString().slice(0, 10);
}

export function addDays(day: Day, days: number): Day {
  return isoDay(new Date(Date.parse(`${day}T00:00:00Z`) + days * 24 * HOUR));
}

/** "Saturday 5 January 2030" */
export function spokenDay(day: Day): string {
  return `${WEEKDAYS[weekdayOf(day)] ?? ''} ${Number(day.slice(8))} ${spokenMonth(day.slice(0, 7))}`;
}

/** "January 2030", of `YYYY-MM` */
export function spokenMonth(month: string): string {
  return `${MONTHS[Number(month.slice(5)) - 1] ?? ''} ${month.slice(0, 4)}`;
}

/** Monday is 0. */
export function weekdayOf(day: Day): number {
  return (new Date(Date.parse(day)).getUTCDay() + 6) % 7;
}

/** "Saturday 5 January 2030, 14:00 UTC" */
export function spokenTime(time: Date): string {
  return `${spokenDay(isoDay(time))}, ${time.toISOString().slice(11, 16)} UTC`;
}

export function daysBetween(from: Day, to: Day): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / (24 * HOUR));
}

/** Counts as people count birthdays. A year from 29 February ends on 1 March, unless it ends in a leap year. */
export function wholeYearsBetween(from: Day, to: Day): number {
  return Number(to.slice(0, 4)) - Number(from.slice(0, 4)) - (to.slice(5) < from.slice(5) ? 1 : 0);
}

const HOUR = 3_600_000;
// by hand, because a calendar names each of its days and Intl is slow
const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const MONTHS =
  'January February March April May June July August September October November December'.split(' '); // prettier-ignore
