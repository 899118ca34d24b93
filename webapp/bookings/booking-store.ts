import { Op, QueryTypes, type Transaction, type WhereOptions } from 'sequelize';
import type { Database } from '../database/connection.ts';
import { Booking } from './booking.ts';
import type { Booked } from './calendar.ts';
import type { Day } from './dates.ts';
import { Departure } from './departure.ts';
import { isReference } from './reference.ts';
import type { StandingTrip, TripDays } from './rules.ts';

/**
 * All transactions take their locks in one order, so that they cannot deadlock:
 *   1. departures, by destination and then date;
 *   2. travellers, by id;
 *   3. bookings and waiting-list entries of the locked departures and travellers.
 * A transaction reads again, after its first lock, whatever it read before.
 */
export interface BookingStore {
  /** Locks the departure and takes a place if one is left. Resolves to whether it took one. */
  takePlace(departure: DepartureKey, capacity: number, transaction: Transaction): Promise<boolean>;
  /** Locks the departure and gives a place back. */
  freePlace(departure: DepartureKey, transaction: Transaction): Promise<void>;
  /** Locks the departure and counts its taken places: those booked, and those kept for an offer. */
  lockDeparture(departure: DepartureKey, transaction: Transaction): Promise<number>;
  /** The caller has locked the departure. */
  setBooked(departure: DepartureKey, booked: number, capacity: number, transaction: Transaction): Promise<void>;
  /** The caller has locked the departure. Undefined if the traveller no longer exists. */
  lockClaimant(travellerId: number, departure: DepartureKey, transaction: Transaction): Promise<Claimant | undefined>;
  /** The traveller's booking that this form made, and those that overlap the two dates. Not cancelled ones. */
  standing(query: StandingQuery, transaction: Transaction): Promise<readonly StandingTrip[]>;
  add(booking: NewBooking, transaction: Transaction): Promise<void>;
  /** Finds cancelled bookings too. */
  find(travellerId: number, reference: string, transaction?: Transaction): Promise<StoredBooking | undefined>;
  /** The next three do nothing and resolve to false if the booking has changed since it was read. */
  markCancelled(booking: StoredBooking, at: Date, transaction: Transaction): Promise<boolean>;
  move(booking: StoredBooking, to: TripDays, transaction: Transaction): Promise<boolean>;
  restore(booking: StoredBooking, transaction: Transaction): Promise<boolean>;
  /** Without cancelled bookings, unless they were cancelled after `cancelledSince`. */
  ofTraveller(travellerId: number, cancelledSince?: Date): Promise<readonly StoredBooking[]>;
  /** Cancelled ones too. The others come in the lock order of their departures. */
  allOfTraveller(travellerId: number, transaction?: Transaction): Promise<readonly BookingRecord[]>;
  removeAllOfTraveller(travellerId: number, transaction: Transaction): Promise<void>;
  /** The taken places of a destination's departures, from one day to another, both included. */
  booked(destinationId: string, from: Day, to: Day): Promise<Booked>;
  /** Counts the departures from a day on whose counter differs from the number of their bookings and open offers. */
  mismatched(from: Day): Promise<number>;
}

export interface DepartureKey {
  readonly destinationId: string;
  readonly departureDate: Day;
}

/** Departures in the order in which a transaction locks several. */
export function inLockOrder(departures: readonly DepartureKey[]): readonly DepartureKey[] {
  const rank = ({ destinationId, departureDate }: DepartureKey) => `${destinationId} ${departureDate}`;
  return [...departures].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

/** A traveller who wants a place of a departure. */
export interface Claimant {
  /** The traveller's entry on the departure's waiting list. While it is `offered`, a place is kept for it. */
  readonly entry: { readonly id: number; readonly reference: string; readonly state: EntryState } | undefined;
}

export type EntryState = 'waiting' | 'offered' | 'lapsed';

export function hasOffer({ entry }: Claimant): boolean {
  return entry?.state === 'offered';
}

export interface StandingQuery {
  readonly travellerId: number;
  readonly idempotencyKey?: Buffer;
  /** The reference of a booking to leave out. */
  readonly except?: string;
  readonly departureDate: Day;
  readonly returnDate: Day;
}

export interface NewBooking extends DepartureKey {
  readonly reference: string;
  readonly travellerId: number;
  readonly destinationName: string;
  readonly returnDate: Day;
  readonly age: number;
  readonly previousExperience: boolean;
  readonly blackholeVisit: boolean;
  readonly idempotencyKey: Buffer;
}

/** The columns that bookings and waiting-list entries share. */
export interface StoredTrip extends Omit<NewBooking, 'idempotencyKey'> {
  readonly id: number;
}

export interface StoredBooking extends StoredTrip {
  readonly sequence: number;
  readonly changedAt: Date;
  readonly cancelledAt: Date | null;
}

export interface BookingRecord extends StoredBooking {
  readonly bookedAt: Date;
}

export function createBookingStore(database: Database): BookingStore {
  const { sequelize } = database;
  const departures = sequelize.getRepository(Departure);
  const bookings = sequelize.getRepository(Booking);
  const change = async ({ id, sequence }: StoredBooking, values: object, transaction: Transaction) => {
    const next = { ...values, sequence: sequence + 1 };
    const [affected] = await bookings.update(next, { where: { id, sequence }, transaction });
    return affected === 1;
  };
  return {
    async takePlace({ destinationId, departureDate }, capacity, transaction) {
      const bind = { destinationId, departureDate, capacity };
      const [insertId, affected] = await sequelize.query(TAKE_PLACE, { type: QueryTypes.INSERT, bind, transaction });
      return insertId > 0 || affected === 1;
    },
    async freePlace({ destinationId, departureDate }, transaction) {
      const where = { destinationId, departureDate, booked: { [Op.gt]: 0 } };
      await departures.decrement('booked', { where, transaction });
    },
    async lockDeparture({ destinationId, departureDate }, transaction) {
      const row = await departures.findOne({ where: { destinationId, departureDate }, lock: true, transaction });
      return row?.booked ?? 0;
    },
    async setBooked({ destinationId, departureDate }, booked, capacity, transaction) {
      const values = { booked, capacity: Math.max(booked, capacity) };
      await departures.update(values, { where: { destinationId, departureDate }, transaction });
    },
    async lockClaimant(travellerId, { destinationId, departureDate }, transaction) {
      const bind = { destinationId, departureDate, travellerId };
      const options = { type: QueryTypes.SELECT, bind, transaction } as const;
      const [row] = await sequelize.query<ClaimantRow>(LOCK_CLAIMANT, options);
      if (!row) return undefined;
      const { id, reference, state } = row;
      return { entry: id === null ? undefined : { id, reference, state } };
    },
    async standing({ travellerId, idempotencyKey, except, departureDate, returnDate }, transaction) {
      const overlapping = { departureDate: { [Op.lt]: returnDate }, returnDate: { [Op.gt]: departureDate } };
      const rows = await bookings.findAll({
        where: {
          travellerId,
          cancelledAt: null,
          reference: { [Op.ne]: except ?? '' },
          [Op.or]: idempotencyKey ? [overlapping, { idempotencyKey }] : [overlapping],
        },
        order: ['departureDate'],
        transaction,
      });
      return rows.map((row) => ({
        reference: row.reference,
        destinationName: row.destinationName,
        departureDate: row.departureDate,
        returnDate: row.returnDate,
        sameForm: idempotencyKey !== undefined && row.idempotencyKey?.equals(idempotencyKey) === true,
      }));
    },
    async add(booking, transaction) {
      await bookings.create({ ...booking }, { transaction });
    },
    async find(travellerId, reference, transaction) {
      if (!isReference(reference)) return undefined;
      const where = { travellerId, reference };
      const row = transaction
        ? await bookings.findOne({ where, transaction })
        : await database.read(() => bookings.findOne({ where }));
      return row ? stored(row) : undefined;
    },
    markCancelled: (booking, at, transaction) =>
      change(booking, { cancelledAt: at, idempotencyKey: null }, transaction),
    move: (booking, { departureDate, returnDate }, transaction) =>
      change(booking, { departureDate, returnDate }, transaction),
    restore: (booking, transaction) => change(booking, { cancelledAt: null }, transaction),
    async ofTraveller(travellerId, cancelledSince) {
      const stands: WhereOptions = { cancelledAt: null };
      const since: WhereOptions[] = cancelledSince ? [{ cancelledAt: { [Op.gt]: cancelledSince } }] : [];
      const query = { where: { travellerId, [Op.or]: [stands, ...since] }, order: ['departureDate', 'id'] };
      return (await database.read(() => bookings.findAll(query))).map(stored);
    },
    async allOfTraveller(travellerId, transaction) {
      const query = { where: { travellerId }, order: ['destinationId', 'departureDate', 'id'] };
      const rows = transaction
        ? await bookings.findAll({ ...query, transaction })
        : await database.read(() => bookings.findAll(query));
      return rows.map((row) => ({ ...stored(row), bookedAt: row.createdAt }));
    },
    async removeAllOfTraveller(travellerId, transaction) {
      await bookings.destroy({ where: { travellerId }, transaction });
    },
    async booked(destinationId, from, to) {
      const where = { destinationId, departureDate: { [Op.between]: [from, to] } };
      const rows = await database.read(() => departures.findAll({ where }));
      return new Map(rows.map((row) => [row.departureDate, row.booked]));
    },
    async mismatched(from) {
      const options = { type: QueryTypes.SELECT, bind: { from } } as const;
      const [row] = await database.read(() => sequelize.query<{ count: number }>(MISMATCHED, options));
      return row?.count ?? 0;
    },
  };
}

/**
 * SQL because it is the conditional counter. It takes an exclusive lock at once, also if the row is new: a check followed by an insert
 * would deadlock or overbook. The capacity follows the configuration, but never falls below the booked places. LAST_INSERT_ID(…) shows
 * that a place was taken. The number of affected rows does not, because it also counts a change of the capacity alone.
 */
const TAKE_PLACE = `
  INSERT INTO departure (destination_id, departure_date, capacity, booked)
  VALUES ($destinationId, $departureDate, $capacity, 1)
  ON DUPLICATE KEY UPDATE
    capacity = GREATEST($capacity, booked),
    booked = IF(booked < $capacity, LAST_INSERT_ID(booked + 1), booked)`;

/** SQL because it is the counter check: one statement sees one moment. MySQL ends it long before the deadline of statements. */
const MISMATCHED = `
  SELECT /*+ MAX_EXECUTION_TIME(500) */ COUNT(*) AS count FROM departure
  WHERE departure_date >= $from AND booked <> (
    SELECT COUNT(*) FROM booking
    WHERE booking.destination_id = departure.destination_id AND booking.departure_date = departure.departure_date
      AND booking.cancelled_at IS NULL
  ) + (
    SELECT COUNT(*) FROM waiting_list
    WHERE waiting_list.destination_id = departure.destination_id
      AND waiting_list.departure_date = departure.departure_date AND waiting_list.offered_until IS NOT NULL
  )`;

interface ClaimantRow {
  readonly id: number | null;
  readonly reference: string;
  readonly state: EntryState;
}

/** SQL because of FOR UPDATE OF: it locks the traveller and only reads the entry. */
const LOCK_CLAIMANT = `
  SELECT entry.id, entry.reference,
    CASE WHEN entry.offered_until IS NOT NULL THEN 'offered' WHEN entry.lapsed_at IS NOT NULL THEN 'lapsed' ELSE 'waiting' END AS state
  FROM traveller
  LEFT JOIN waiting_list AS entry
    ON entry.traveller_id = traveller.id AND entry.destination_id = $destinationId
      AND entry.departure_date = $departureDate
  WHERE traveller.id = $travellerId FOR UPDATE OF traveller`;

function stored(row: Booking): StoredBooking {
  return { ...tripOf(row), sequence: row.sequence, changedAt: row.updatedAt, cancelledAt: row.cancelledAt };
}

/** Copies only these fields of the row. */
export function tripOf(row: StoredTrip): StoredTrip {
  return {
    id: row.id,
    reference: row.reference,
    travellerId: row.travellerId,
    destinationId: row.destinationId,
    destinationName: row.destinationName,
    departureDate: row.departureDate,
    returnDate: row.returnDate,
    age: row.age,
    previousExperience: row.previousExperience,
    blackholeVisit: row.blackholeVisit,
  };
}
