import { type Day, hasDeparted } from '../bookings/dates.ts';
import type { Fixed } from '../bookings/rules.ts';

/** When an offer made now ends: after the hours that are given for it, at the latest when the departure is gone. */
export function offerEnd(departureDate: Day, now: Date, hours: number): Date {
  // the day of departure ends last in UTC-12
  const gone = Date.parse(`${departureDate}T00:00:00Z`) + 36 * HOUR_MS;
  return new Date(Math.min(now.getTime() + hours * HOUR_MS, gone));
}

export interface OpenOffer {
  readonly offeredUntil: Date;
  /** Its traveller made a trip meanwhile that is in the way. */
  readonly blocked: boolean;
}

/** Open offers by what becomes of them: kept, lapsed, or withdrawn from who cannot take them now and waits on. */
export function sortOffers<T extends OpenOffer>(offers: readonly T[], now: Date) {
  const over = ({ offeredUntil }: T) => offeredUntil <= now;
  return {
    lapsed: offers.filter(over),
    withdrawn: offers.filter((offer) => !over(offer) && offer.blocked),
  };
}

/** What a waiting list looks like from outside, by which the sweep decides whether to look at it closely. */
export interface WaitedFor {
  readonly departureDate: Day;
  readonly booked: number;
  /** Somebody waits, who may have another trip in the way. */
  readonly waiting: boolean;
  /** An offer has ended or can no longer be taken. */
  readonly ended: boolean;
}

/** Whether something may move up. `capacity` is 0 where nobody flies any more. */
export function canMoveUp({ departureDate, booked, waiting, ended }: WaitedFor, capacity: number, now: Date): boolean {
  return ended || hasDeparted({ departureDate }, now) || (waiting && booked < capacity);
}

/** Why what somebody waited for cannot be booked any more. */
export function closedMessage(fixed: Fixed, destinationName: string): string {
  return {
    departed: `The departure to ${destinationName} has gone.`,
    withdrawn: `We do not fly to ${destinationName} any more.`,
  }[fixed];
}

const HOUR_MS = 3_600_000;
