import { Op, QueryTypes, type Transaction } from 'sequelize';
import type { Database } from '../database/database.ts';
import { Booking } from './booking.ts';
import type { Booked } from './calendar.ts';
import type { Day } from './dates.ts';
import { Departure } from './departure.ts';
import { isReference } from './reference.ts';
import type { StandingTrip, TripDays } from './rules.ts';

/**
 * One lock order everywhere, so that bookings, cancellations and changes never wait for one another in a circle:
 *   1. departures, by destination and then date;
 *   2. travellers, by id;
 *   3. bookings, of what is locked already.
 * Whatever else a transaction reads before its first lock, it reads again after it.
 */
export interface BookingStore {
  /** Locks the departure, takes one of its places where one is left, and tells whether it did. */
  takePlace(departure: DepartureKey, capacity: number, transaction: Transaction): Promise<boolean>;
  /** Locks the departure and gives one of its places back. */
  freePlace(departure: DepartureKey, transaction: Transaction): Promise<void>;
  /** False where there is no such traveller any more. */
  lockTraveller(travellerId: number, transaction: Transaction): Promise<boolean>;
  /** Of the traveller's bookings: the one made by this form, and those under way at any time between the two days. */
  standing(query: StandingQuery, transaction: Transaction): Promise<readonly StandingTrip[]>;
  add(booking: NewBooking, transaction: Transaction): Promise<void>;
  /** Cancelled ones too. */
  find(travellerId: number, reference: string, transaction?: Transaction): Promise<StoredBooking | undefined>;
  /** False where it is cancelled already, or of another departure by now. */
  markCancelled(booking: StoredBooking, at: Date, transaction: Transaction): Promise<boolean>;
  /** False where it is cancelled, or of another departure by now. */
  move(booking: StoredBooking, to: TripDays, transaction: Transaction): Promise<boolean>;
  ofTraveller(travellerId: number): Promise<readonly StoredBooking[]>;
  /** Cancelled ones too; those that stand in the lock order of their departures. */
  allOfTraveller(travellerId: number, transaction?: Transaction): Promise<readonly StoredBooking[]>;
  removeAllOfTraveller(travellerId: number, transaction: Transaction): Promise<void>;
  /** Of a destination's departures from one day to another, both included. */
  booked(destinationId: string, from: Day, to: Day): Promise<Booked>;
}

export interface DepartureKey {
  readonly destinationId: string;
  readonly departureDate: Day;
}

export interface StandingQuery {
  readonly travellerId: number;
  readonly idempotencyKey?: Buffer;
  /** A booking that is not looked at. */
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

export interface StoredBooking extends Omit<NewBooking, 'idempotencyKey'> {
  readonly id: number;
  readonly sequence: number;
  readonly cancelledAt: Date | null;
}

export function createBookingStore(database: Database): BookingStore {
  const { sequelize } = database;
  const departures = sequelize.getRepository(Departure);
  const bookings = sequelize.getRepository(Booking);
  return {
    async takePlace({ destinationId, departureDate }, capacity, transaction) {
      const [takenPlace, affected] = await sequelize.query(TAKE_PLACE, {
        type: QueryTypes.INSERT,
        bind: [destinationId, departureDate, capacity],
        transaction,
      });
      return takenPlace > 0 || affected === 1;
    },
    async freePlace({ destinationId, departureDate }, transaction) {
      const where = { destinationId, departureDate, booked: { [Op.gt]: 0 } };
      await departures.decrement('booked', { where, transaction });
    },
    async lockTraveller(travellerId, transaction) {
      const rows = await sequelize.query('SELECT id FROM traveller WHERE id = $1 FOR UPDATE', {
        type: QueryTypes.SELECT,
        bind: [travellerId],
        transaction,
      });
      return rows.length === 1;
    },
    async standing({ travellerId, idempotencyKey, except, departureDate, returnDate }, transaction) {
      const under = { departureDate: { [Op.lt]: returnDate }, returnDate: { [Op.gt]: departureDate } };
      const rows = await bookings.findAll({
        where: {
          travellerId,
          cancelledAt: null,
          [Op.or]: [under, ...(idempotencyKey ? [{ idempotencyKey }] : [])],
          ...(except !== undefined && { reference: { [Op.ne]: except } }),
        },
        order: ['departureDate'],
        transaction,
      });
      return rows.map((row) => ({
        reference: row.reference,
        destinationName: row.destinationName,
        departureDate: row.departureDate,
        returnDate: row.returnDate,
        sameForm: idempotencyKey !== undefined && (row.idempotencyKey?.equals(idempotencyKey) ?? false),
      }));
    },
    async add(booking, transaction) {
      await bookings.create({ ...booking, sequence: 0 }, { transaction });
    },
    async find(travellerId, reference, transaction) {
      if (!isReference(reference)) return undefined;
      const where = { travellerId, reference };
      const row = transaction
        ? await bookings.findOne({ where, transaction })
        : await database.read(() => bookings.findOne({ where }));
      return row ? stored(row) : undefined;
    },
    async markCancelled({ id, destinationId, departureDate }, at, transaction) {
      const [affected] = await bookings.update(
        { cancelledAt: at, idempotencyKey: null, sequence: sequelize.literal('sequence + 1') },
        { where: { id, destinationId, departureDate, cancelledAt: null }, transaction },
      );
      return affected === 1;
    },
    async move({ id, destinationId, departureDate }, to, transaction) {
      const [affected] = await bookings.update(
        { departureDate: to.departureDate, returnDate: to.returnDate, sequence: sequelize.literal('sequence + 1') },
        { where: { id, destinationId, departureDate, cancelledAt: null }, transaction },
      );
      return affected === 1;
    },
    ofTraveller: (travellerId) =>
      database.read(async () => {
        const rows = await bookings.findAll({ where: { travellerId, cancelledAt: null }, order: ['departureDate'] });
        return rows.map(stored);
      }),
    async allOfTraveller(travellerId, transaction) {
      const query = { where: { travellerId }, order: ['destinationId', 'departureDate', 'id'] };
      const rows = transaction
        ? await bookings.findAll({ ...query, transaction })
        : await database.read(() => bookings.findAll(query));
      return rows.map(stored);
    },
    async removeAllOfTraveller(travellerId, transaction) {
      await bookings.destroy({ where: { travellerId }, transaction });
    },
    booked: (destinationId, from, to) =>
      database.read(async () => {
        const rows = await departures.findAll({
          where: { destinationId, departureDate: { [Op.between]: [from, to] } },
        });
        return new Map(rows.map((row) => [row.departureDate, row.booked]));
      }),
  };
}

/**
 * Takes an exclusive lock at once, also where the row is new: check-then-insert deadlocks or overbooks. The capacity follows the
 * configuration, but never below what is booked. LAST_INSERT_ID(…) tells that a place was taken, which the number of affected
 * rows does not where only the capacity changed.
 */
const TAKE_PLACE = `
  INSERT INTO departure (destination_id, departure_date, capacity, booked) VALUES ($1, $2, $3, 1)
  ON DUPLICATE KEY UPDATE
    capacity = GREATEST($3, booked),
    booked = IF(booked < $3, LAST_INSERT_ID(booked + 1), booked)`;

function stored(row: Booking): StoredBooking {
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
    sequence: row.sequence,
    cancelledAt: row.cancelledAt,
  };
}
