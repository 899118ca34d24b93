import type { Migration } from './index.ts';

export const firstSchema: Migration = {
  name: '0001-first-schema',
  async up(connection) {
    for (const statement of [TRAVELLER, DEPARTURE, BOOKING, SESSION]) await connection.query(statement);
  },
};

/** The `_key` columns are compared instead of the names: in lower case and byte by byte, so that no collation makes two names equal. */
const TRAVELLER = `
  CREATE TABLE IF NOT EXISTS traveller (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    username VARCHAR(60) NOT NULL,
    username_key VARBINARY(400) NOT NULL,
    name VARCHAR(60) NOT NULL,
    email_address VARCHAR(254) NOT NULL,
    email_key VARBINARY(1600) NOT NULL,
    password_hash VARCHAR(255) NOT NULL,
    created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    UNIQUE KEY traveller_username (username_key),
    UNIQUE KEY traveller_email (email_key)
  ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4`;

/** One row for each destination and date that somebody has tried to book. Transactions lock it, and its CHECK prevents overbooking. */
const DEPARTURE = `
  CREATE TABLE IF NOT EXISTS departure (
    destination_id VARCHAR(63) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    departure_date DATE NOT NULL,
    capacity SMALLINT UNSIGNED NOT NULL,
    booked SMALLINT UNSIGNED NOT NULL,
    PRIMARY KEY (destination_id, departure_date),
    CONSTRAINT departure_not_overbooked CHECK (booked <= capacity)
  ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4`;

/** Cancelled bookings stay. They lose their idempotency key, so that the same form may book again. */
const BOOKING = `
  CREATE TABLE IF NOT EXISTS booking (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    reference CHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    traveller_id BIGINT UNSIGNED NOT NULL,
    destination_id VARCHAR(63) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    destination_name VARCHAR(80) NOT NULL,
    departure_date DATE NOT NULL,
    return_date DATE NOT NULL,
    age TINYINT UNSIGNED NOT NULL,
    previous_experience BOOLEAN NOT NULL,
    blackhole_visit BOOLEAN NOT NULL,
    idempotency_key BINARY(32) NULL,
    sequence INT UNSIGNED NOT NULL DEFAULT 0,
    created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    cancelled_at DATETIME(3) NULL,
    UNIQUE KEY booking_reference (reference),
    UNIQUE KEY booking_idempotency (traveller_id, idempotency_key),
    KEY booking_traveller (traveller_id, departure_date),
    KEY booking_departure (destination_id, departure_date),
    CONSTRAINT booking_returns_later CHECK (return_date > departure_date),
    CONSTRAINT booking_of_traveller FOREIGN KEY (traveller_id) REFERENCES traveller (id),
    CONSTRAINT booking_of_departure FOREIGN KEY (destination_id, departure_date)
      REFERENCES departure (destination_id, departure_date)
  ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4`;

/** The key is the SHA-256 of the id in the cookie, so that nobody can make a cookie from this table. */
const SESSION = `
  CREATE TABLE IF NOT EXISTS session (
    id_hash BINARY(32) NOT NULL PRIMARY KEY,
    traveller_id BIGINT UNSIGNED NULL,
    data VARCHAR(4000) NOT NULL,
    created_at DATETIME(3) NOT NULL,
    touched_at DATETIME(3) NOT NULL,
    expires_at DATETIME(3) NOT NULL,
    KEY session_traveller (traveller_id),
    KEY session_expiry (expires_at)
  ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4`;
