import { createHash, randomBytes } from 'node:crypto';

export interface Statement {
  readonly sql: string;
  readonly values: readonly (string | number | Buffer | null)[];
}

export interface BareBooking {
  readonly sessionHash: Buffer;
  readonly travellerId: number;
  readonly destinationId: string;
  readonly departureDate: string;
  readonly returnDate: string;
}

/**
 * What a booking that succeeds sent to MySQL in November 2026, in order. It is frozen: it is what the web app is measured by, so it
 * does not follow the web app's code.
 */
export function bookingStatements(booking: BareBooking, now: string): readonly Statement[] {
  const { sessionHash, travellerId, destinationId, departureDate, returnDate } = booking;
  const key = createHash('sha256').update(randomBytes(16)).digest();
  const reference = Array.from(randomBytes(8), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return [
    { sql: FIND_SESSION, values: [sessionHash, now] },
    { sql: 'START TRANSACTION', values: [] },
    { sql: TAKE_PLACE, values: [destinationId, departureDate, CAPACITY, CAPACITY, CAPACITY] },
    { sql: LOCK_CLAIMANT, values: [destinationId, departureDate, travellerId] },
    { sql: STANDING, values: [travellerId, returnDate, departureDate, key, ''] },
    {
      sql: ADD,
      values: [reference, travellerId, destinationId, NAME, departureDate, returnDate, 42, 0, 1, key],
    },
    { sql: 'COMMIT', values: [] },
  ];
}

export const CAPACITY = 60_000;
/** Connections of the loop: as many as the web app's pool has. */
export const POOL = 5;
const NAME = 'Proxima Centauri System';
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

const FIND_SESSION =
  'SELECT data, UNIX_TIMESTAMP(touched_at) AS touched FROM session WHERE id_hash = ? AND expires_at > ?';

const TAKE_PLACE = `
  INSERT INTO departure (destination_id, departure_date, capacity, booked) VALUES (?, ?, ?, 1)
  ON DUPLICATE KEY UPDATE
    capacity = GREATEST(?, booked),
    booked = IF(booked < ?, LAST_INSERT_ID(booked + 1), booked)`;

const LOCK_CLAIMANT = `
  SELECT entry.id, entry.reference,
    CASE WHEN entry.offered_until IS NOT NULL THEN 'offered' WHEN entry.lapsed_at IS NOT NULL THEN 'lapsed' ELSE 'waiting' END AS state
  FROM traveller
  LEFT JOIN waiting_list AS entry
    ON entry.traveller_id = traveller.id AND entry.destination_id = ? AND entry.departure_date = ?
  WHERE traveller.id = ? FOR UPDATE OF traveller`;

const STANDING = `
  SELECT reference, destination_name, departure_date, return_date, idempotency_key FROM booking
  WHERE traveller_id = ? AND cancelled_at IS NULL
    AND ((departure_date < ? AND return_date > ?) OR idempotency_key = ?) AND reference <> ?
  ORDER BY departure_date`;

const ADD = `
  INSERT INTO booking (reference, traveller_id, destination_id, destination_name, departure_date, return_date, age,
    previous_experience, blackhole_visit, idempotency_key)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
