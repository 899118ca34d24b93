import { Op, type Transaction, type WhereOptions } from 'sequelize';
import { type DepartureKey, type NewBooking, tripOf } from '../bookings/booking-store.ts';
import type { Day } from '../bookings/dates.ts';
import { isReference } from '../bookings/reference.ts';
import type { Database } from '../database/database.ts';
import { timestamp } from '../database/timestamp.ts';
import type { OpenOffer, WaitedFor } from './rules.ts';
import { WaitingEntry } from './waiting-entry.ts';

export type NewEntry = Omit<NewBooking, 'idempotencyKey'>;

/** What an entry asks for beside its departure. */
export type Wish = Pick<NewEntry, 'returnDate' | 'age' | 'previousExperience' | 'blackholeVisit'>;

/** `waiting` for a place; one is `offered`, and kept until a time; or the offer has `lapsed`. */
export interface StoredEntry extends NewEntry {
  readonly id: number;
  readonly joinedAt: Date;
  readonly offeredUntil: Date | null;
  readonly lapsedAt: Date | null;
}

export interface EntryInLine extends StoredEntry {
  /** From 1; of one that waits. */
  readonly position: number;
}

export type Offer = StoredEntry & OpenOffer;

/** Entries are written only by transactions that have locked their departure: see the lock order of BookingStore. */
export interface WaitlistStore {
  add(entry: NewEntry, transaction: Transaction): Promise<void>;
  /** What is asked for instead; the place in line stays. */
  revise(entry: { readonly id: number }, wish: Wish, transaction: Transaction): Promise<void>;
  remove(entries: readonly { readonly id: number }[], transaction: Transaction): Promise<void>;
  find(travellerId: number, reference: string, transaction?: Transaction): Promise<StoredEntry | undefined>;
  /** In the order of their departures. */
  ofTraveller(travellerId: number, transaction?: Transaction): Promise<readonly EntryInLine[]>;
  removeAll(departure: DepartureKey, transaction: Transaction): Promise<void>;
  removeAllOfTraveller(travellerId: number, transaction: Transaction): Promise<void>;
  /** Whether somebody is on the list of the departure; entries that have lapsed count. */
  someWait(departure: DepartureKey, transaction: Transaction): Promise<boolean>;
  offers(departure: DepartureKey, transaction: Transaction): Promise<readonly Offer[]>;
  /** The first that wait and could take a place: no trip of theirs, and no place kept for them elsewhere, is in the way. */
  nextInLine(departure: DepartureKey, limit: number, transaction: Transaction): Promise<readonly StoredEntry[]>;
  offer(entries: readonly StoredEntry[], until: Date, transaction: Transaction): Promise<void>;
  /** Back to waiting, in their old position. */
  withdraw(entries: readonly StoredEntry[], transaction: Transaction): Promise<void>;
  lapse(entries: readonly StoredEntry[], at: Date, transaction: Transaction): Promise<void>;
  waitedFor(now: Date): Promise<readonly (WaitedFor & DepartureKey)[]>;
}

export function createWaitlistStore(database: Database): WaitlistStore {
  const { sequelize } = database;
  const entries = sequelize.getRepository(WaitingEntry);
  const change = async (
    changed: readonly StoredEntry[],
    values: { readonly offeredUntil: Date | null; readonly lapsedAt: Date | null },
    transaction: Transaction,
  ) => {
    if (changed.length > 0) await entries.update(values, { where: withIds(changed), transaction });
  };
  return {
    async add(entry, transaction) {
      await entries.create({ ...entry }, { transaction });
    },
    async revise(entry, { returnDate, age, previousExperience, blackholeVisit }, transaction) {
      const wish = { returnDate, age, previousExperience, blackholeVisit };
      await entries.update(wish, { where: withIds([entry]), transaction });
    },
    async remove(removed, transaction) {
      if (removed.length > 0) await entries.destroy({ where: withIds(removed), transaction });
    },
    async find(travellerId, reference, transaction) {
      if (!isReference(reference)) return undefined;
      const where = { travellerId, reference };
      const row = transaction
        ? await entries.findOne({ where, transaction })
        : await database.read(() => entries.findOne({ where }));
      return row ? stored(row) : undefined;
    },
    async ofTraveller(travellerId, transaction) {
      const query = {
        where: { travellerId },
        attributes: {
          include: [[sequelize.literal(POSITION), 'position'] as [ReturnType<typeof sequelize.literal>, string]],
        },
        order: ['departureDate', 'destinationId'],
      };
      // most wait for nothing, which costs little to find out; the page of trips asks each time
      const waits = 'SELECT id FROM waiting_list WHERE traveller_id = ? LIMIT 1';
      if (!transaction && (await database.prepared(waits, [travellerId])).length === 0) return [];
      const rows = transaction
        ? await entries.findAll({ ...query, transaction })
        : await database.read(() => entries.findAll(query));
      return rows.map((row) => ({ ...stored(row), position: Number(row.get('position')) }));
    },
    async removeAll(departure, transaction) {
      await entries.destroy({ where: of(departure), transaction });
    },
    async removeAllOfTraveller(travellerId, transaction) {
      await entries.destroy({ where: { travellerId }, transaction });
    },
    async someWait(departure, transaction) {
      const { destinationId, departureDate } = departure;
      const some = 'SELECT id FROM waiting_list WHERE destination_id = ? AND departure_date = ? LIMIT 1';
      return (await database.preparedIn<unknown[]>(transaction, some, [destinationId, departureDate])).length > 0;
    },
    async offers(departure, transaction) {
      const rows = await entries.findAll({
        where: { ...of(departure), offeredUntil: { [Op.ne]: null } },
        attributes: { include: [[sequelize.literal(HAS_TRIP_IN_THE_WAY), 'blocked']] },
        order: ['id'],
        transaction,
      });
      return rows.map((row) => {
        const entry = stored(row);
        return { ...entry, offeredUntil: entry.offeredUntil ?? new Date(0), blocked: Number(row.get('blocked')) === 1 };
      });
    },
    async nextInLine(departure, limit, transaction) {
      const rows = await entries.findAll({
        where: {
          ...of(departure),
          offeredUntil: null,
          lapsedAt: null,
          [Op.and]: [sequelize.literal(`NOT ${HAS_TRIP_IN_THE_WAY}`), sequelize.literal(`NOT ${HAS_OFFER_IN_THE_WAY}`)],
        },
        order: ['id'],
        limit,
        transaction,
      });
      return rows.map(stored);
    },
    offer: (offered, until, transaction) => change(offered, { offeredUntil: until, lapsedAt: null }, transaction),
    withdraw: (withdrawn, transaction) => change(withdrawn, { offeredUntil: null, lapsedAt: null }, transaction),
    lapse: (lapsed, at, transaction) => change(lapsed, { offeredUntil: null, lapsedAt: at }, transaction),
    async waitedFor(now) {
      const rows = await database.prepared<WaitedForRow>(WAITED_FOR, [timestamp(now)]);
      return rows.map((row) => ({ ...row, waiting: Number(row.waiting) === 1, ended: Number(row.ended) === 1 }));
    },
  };
}

interface WaitedForRow extends DepartureKey {
  readonly booked: number;
  readonly waiting: number | string;
  readonly ended: number | string;
}

/** Sequelize names the table in a query after the model. */
const HAS_TRIP_IN_THE_WAY = `EXISTS (
  SELECT 1 FROM booking WHERE booking.traveller_id = WaitingEntry.traveller_id AND booking.cancelled_at IS NULL
  AND booking.departure_date < WaitingEntry.return_date AND booking.return_date > WaitingEntry.departure_date)`;

const HAS_OFFER_IN_THE_WAY = `EXISTS (
  SELECT 1 FROM waiting_list AS other WHERE other.traveller_id = WaitingEntry.traveller_id
  AND other.id <> WaitingEntry.id AND other.offered_until IS NOT NULL
  AND other.departure_date < WaitingEntry.return_date AND other.return_date > WaitingEntry.departure_date)`;

const POSITION = `(
  SELECT COUNT(*) FROM waiting_list AS ahead
  WHERE ahead.destination_id = WaitingEntry.destination_id AND ahead.departure_date = WaitingEntry.departure_date
  AND ahead.offered_until IS NULL AND ahead.lapsed_at IS NULL AND ahead.id <= WaitingEntry.id)`;

/** Of those who wait it does not ask whether they could take a place: there may be very many, and few departures have one. */
const WAITED_FOR = `
  SELECT WaitingEntry.destination_id AS destinationId, WaitingEntry.departure_date AS departureDate, departure.booked,
    MAX(offered_until IS NULL AND lapsed_at IS NULL) AS waiting,
    MAX(offered_until IS NOT NULL AND (offered_until <= ? OR ${HAS_TRIP_IN_THE_WAY})) AS ended
  FROM waiting_list AS WaitingEntry
  JOIN departure ON departure.destination_id = WaitingEntry.destination_id
    AND departure.departure_date = WaitingEntry.departure_date
  GROUP BY WaitingEntry.destination_id, WaitingEntry.departure_date, departure.booked
  ORDER BY WaitingEntry.departure_date`;

function of({ destinationId, departureDate }: DepartureKey): { destinationId: string; departureDate: Day } {
  return { destinationId, departureDate };
}

function withIds(rows: readonly { readonly id: number }[]): WhereOptions {
  return { id: rows.map(({ id }) => id) };
}

function stored(row: WaitingEntry): StoredEntry {
  const { joinedAt, offeredUntil, lapsedAt } = row;
  return { ...tripOf(row), joinedAt, offeredUntil, lapsedAt };
}
