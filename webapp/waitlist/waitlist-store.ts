import { col, fn, type Includeable, Op, type Transaction, type WhereOptions } from 'sequelize';
import { type DepartureKey, type NewBooking, tripOf } from '../bookings/booking-store.ts';
import type { Day } from '../bookings/dates.ts';
import { Departure } from '../bookings/departure.ts';
import { isReference } from '../bookings/reference.ts';
import type { Database } from '../database/connection.ts';
import type { OpenOffer, WaitedFor } from './rules.ts';
import { WaitingEntry } from './waiting-entry.ts';

export type NewEntry = Omit<NewBooking, 'idempotencyKey'>;

/** The fields of an entry that a repeated form may change. */
export type Wish = Pick<NewEntry, 'returnDate' | 'age' | 'previousExperience' | 'blackholeVisit'>;

/** Waiting if neither time is set; offered until `offeredUntil`; or, since `lapsedAt`, with an offer that expired. */
export interface StoredEntry extends NewEntry {
  readonly id: number;
  readonly joinedAt: Date;
  readonly offeredUntil: Date | null;
  readonly lapsedAt: Date | null;
}

export interface EntryInLine extends StoredEntry {
  /** Counts from 1. It means nothing unless the entry is waiting. */
  readonly position: number;
}

export type Offer = StoredEntry & OpenOffer;

/** Only a transaction that has locked the departure writes its entries: see the lock order of BookingStore. */
export interface WaitlistStore {
  add(entry: NewEntry, transaction: Transaction): Promise<void>;
  /** The entry keeps its position. */
  revise(entry: { readonly id: number }, wish: Wish, transaction: Transaction): Promise<void>;
  remove(entries: readonly { readonly id: number }[], transaction: Transaction): Promise<void>;
  find(travellerId: number, reference: string, transaction?: Transaction): Promise<StoredEntry | undefined>;
  /** Sorted by departure. */
  ofTraveller(travellerId: number, transaction?: Transaction): Promise<readonly EntryInLine[]>;
  removeAll(departure: DepartureKey, transaction: Transaction): Promise<void>;
  removeAllOfTraveller(travellerId: number, transaction: Transaction): Promise<void>;
  /** Lapsed entries count too. */
  someWait(departure: DepartureKey, transaction: Transaction): Promise<boolean>;
  offers(departure: DepartureKey, transaction: Transaction): Promise<readonly Offer[]>;
  /** The first that wait, without those whose trips or other offers overlap. */
  nextInLine(departure: DepartureKey, limit: number, transaction: Transaction): Promise<readonly StoredEntry[]>;
  offer(entries: readonly StoredEntry[], until: Date, transaction: Transaction): Promise<void>;
  /** The entries wait again, in their old positions. */
  withdraw(entries: readonly StoredEntry[], transaction: Transaction): Promise<void>;
  lapse(entries: readonly StoredEntry[], at: Date, transaction: Transaction): Promise<void>;
  waitedFor(now: Date): Promise<readonly (WaitedFor & DepartureKey)[]>;
}

export function createWaitlistStore(database: Database): WaitlistStore {
  const { sequelize } = database;
  const entries = sequelize.getRepository(WaitingEntry);
  const departures = sequelize.getRepository(Departure);
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
      const ofTraveller = async (options: { readonly transaction?: Transaction }) => {
        const order = ['departureDate', 'destinationId'];
        const rows = await entries.findAll({ where: { travellerId }, order, ...options });
        const inLine: EntryInLine[] = [];
        for (const row of rows) {
          const ahead = { ...of(row), ...WAITING, id: { [Op.lte]: row.id } };
          inLine.push({ ...stored(row), position: await entries.count({ where: ahead, ...options }) });
        }
        return inLine;
      };
      return transaction ? ofTraveller({ transaction }) : database.read(() => ofTraveller({}));
    },
    async removeAll(departure, transaction) {
      await entries.destroy({ where: of(departure), transaction });
    },
    async removeAllOfTraveller(travellerId, transaction) {
      await entries.destroy({ where: { travellerId }, transaction });
    },
    async someWait(departure, transaction) {
      return (await entries.findOne({ where: of(departure), transaction })) !== null;
    },
    async offers(departure, transaction) {
      const rows = await entries.findAll({
        where: { ...of(departure), offeredUntil: { [Op.ne]: null } },
        include: [TRIPS_IN_THE_WAY],
        order: ['id'],
        transaction,
      });
      return rows.flatMap((row) => {
        const { offeredUntil } = row;
        return offeredUntil ? [{ ...stored(row), offeredUntil, blocked: row.trips.length > 0 }] : [];
      });
    },
    async nextInLine(departure, limit, transaction) {
      const rows = await entries.findAll({
        where: { ...of(departure), ...WAITING, '$trips.id$': null, '$entries.id$': null },
        include: [TRIPS_IN_THE_WAY, OFFERS_IN_THE_WAY],
        subQuery: false,
        order: ['id'],
        limit,
        transaction,
      });
      return rows.map(stored);
    },
    offer: (offered, until, transaction) => change(offered, { offeredUntil: until, lapsedAt: null }, transaction),
    withdraw: (withdrawn, transaction) => change(withdrawn, { offeredUntil: null, lapsedAt: null }, transaction),
    lapse: (lapsed, at, transaction) => change(lapsed, { offeredUntil: null, lapsedAt: at }, transaction),
    waitedFor: (now) =>
      database.read(async () => {
        const lists = await entries.findAll({
          attributes: [
            'destinationId',
            'departureDate',
            [fn('COUNT', col('id')), 'all'],
            [fn('COUNT', col('offered_until')), 'offered'],
            [fn('COUNT', col('lapsed_at')), 'lapsed'],
          ],
          group: ['destinationId', 'departureDate'],
          order: ['departureDate'],
        });
        if (lists.length === 0) return [];
        const offers = await entries.findAll({
          where: { offeredUntil: { [Op.ne]: null } },
          include: [TRIPS_IN_THE_WAY],
        });
        const over = ({ offeredUntil, trips }: WaitingEntry) => trips.length > 0 || (offeredUntil ?? now) <= now;
        const ended = new Set(offers.filter(over).map(nameOf));
        const rows = await departures.findAll({ where: { [Op.or]: lists.map(of) } });
        const booked = new Map(rows.map((row) => [nameOf(row), row.booked]));
        return lists.map((list) => ({
          ...of(list),
          booked: booked.get(nameOf(list)) ?? 0,
          waiting: Number(list.get('all')) > Number(list.get('offered')) + Number(list.get('lapsed')),
          ended: ended.has(nameOf(list)),
        }));
      }),
  };
}

const WAITING = { offeredUntil: null, lapsedAt: null };

const OVERLAPPING = {
  departureDate: { [Op.lt]: col('WaitingEntry.return_date') },
  returnDate: { [Op.gt]: col('WaitingEntry.departure_date') },
};

const TRIPS_IN_THE_WAY: Includeable = {
  association: 'trips',
  attributes: ['id'],
  required: false,
  where: { cancelledAt: null, ...OVERLAPPING },
};

/** Finds other open offers. Use it only for an entry without an offer. */
const OFFERS_IN_THE_WAY: Includeable = {
  association: 'entries',
  attributes: ['id'],
  required: false,
  where: { offeredUntil: { [Op.ne]: null }, ...OVERLAPPING },
};

function nameOf({ destinationId, departureDate }: DepartureKey): string {
  return `${destinationId} ${departureDate}`;
}

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
