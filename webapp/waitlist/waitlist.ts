import type { Transaction } from 'sequelize';
import { type BookingStore, type DepartureKey, hasOffer } from '../bookings/booking-store.ts';
import { hasDeparted } from '../bookings/dates.ts';
import type { Moved, Waitlist } from '../bookings/waitlist-contract.ts';
import type { Destination } from '../bookings/destinations.ts';
import type { Clock } from '../clock.ts';
import { offerEnd, sortOffers } from './rules.ts';
import type { WaitlistStore } from './waitlist-store.ts';

export interface WaitlistOptions {
  readonly bookings: BookingStore;
  readonly entries: WaitlistStore;
  readonly destinations: readonly Destination[];
  readonly offerHours: number;
  readonly clock: Clock;
}

export function createWaitlist({ bookings, entries, destinations, offerHours, clock }: WaitlistOptions): Waitlist {
  const capacityOf = ({ destinationId }: DepartureKey) =>
    destinations.find(({ id }) => id === destinationId)?.capacity ?? 0;
  const moveUp = async (departure: DepartureKey, transaction: Transaction): Promise<Moved> => {
    const booked = await bookings.lockDeparture(departure, transaction);
    if (!(await entries.someWait(departure, transaction))) return 'all';
    const now = clock.now();
    const capacity = capacityOf(departure);
    const offers = await entries.offers(departure, transaction);
    const settle = async (then: number) => {
      if (then !== booked) await bookings.setBooked(departure, then, capacity, transaction);
    };
    if (hasDeparted(departure, now)) {
      await entries.removeAll(departure, transaction);
      await settle(booked - offers.length);
      return 'all';
    }
    const { lapsed, withdrawn } = sortOffers(offers, now);
    await entries.lapse(lapsed, now, transaction);
    await entries.withdraw(withdrawn, transaction);
    const still = booked - lapsed.length - withdrawn.length;
    const free = Math.min(capacity - still, MOST_AT_ONCE);
    const next = free > 0 ? await entries.nextInLine(departure, free, transaction) : [];
    await entries.offer(next, offerEnd(departure.departureDate, now, offerHours), transaction);
    await settle(still + next.length);
    return next.length < MOST_AT_ONCE ? 'all' : 'some';
  };
  return {
    moveUp,
    async tripMade(claimant, departure, tookFreePlace, transaction) {
      if (!claimant.entry) return;
      await entries.remove([claimant.entry], transaction);
      if (!hasOffer(claimant) || !tookFreePlace) return;
      await bookings.freePlace(departure, transaction);
      await moveUp(departure, transaction);
    },
  };
}

/** A limit, so that other transactions do not wait long for the lock. */
const MOST_AT_ONCE = 50;
