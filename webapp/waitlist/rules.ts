import { type Day, hasDeparted } from '../bookings/dates.ts';
import type { Fixed } from '../bookings/rules.ts';

/** The end of an offer made now: after `hours`, but not after the day of departure. */
export function offerEnd(departureDate: Day, now: Date, hours: number): Date {
  // in UTC-12, where the day ends last
  const gone = Date.parse(`${departureDate}T00:00:00Z`) + 36 * HOUR_MS;
  return new Date(Math.min(now.getTime() + hours * HOUR_MS, gone));
}

export interface OpenOffer {
  readonly offeredUntil: Date;
  /** The traveller has since booked a trip that overlaps. */
  readonly blocked: boolean;
}

/** Which offers end: those that have expired, and those whose traveller cannot take them now and goes back to waiting. */
export function sortOffers<T extends OpenOffer>(offers: readonly T[], now: Date) {
  const over = ({ offeredUntil }: T) => offeredUntil <= now;
  return {
    lapsed: offers.filter(over),
    withdrawn: offers.filter((offer) => !over(offer) && offer.blocked),
  };
}

/** Facts about a waiting list, by which the sweep decides whether to lock it. */
export interface WaitedFor {
  readonly departureDate: Day;
  readonly booked: number;
  /** Somebody waits, though maybe with another trip in the way. */
  readonly waiting: boolean;
  /** An offer has ended or can no longer be taken. */
  readonly ended: boolean;
}

/** Whether the list might change. `capacity` is 0 if the destination is no longer offered. */
export function canMoveUp({ departureDate, booked, waiting, ended }: WaitedFor, capacity: number, now: Date): boolean {
  return ended || hasDeparted({ departureDate }, now) || (waiting && booked < capacity);
}

/** Why the trip of an entry can no longer be booked. */
export function closedMessage(fixed: Fixed, destinationName: string): string {
  return {
    departed: `The departure to ${destinationName} has gone.`,
    withdrawn: `We do not fly to ${destinationName} any more.`,
  }[fixed];
}

const HOUR_MS = 3_600_000;
