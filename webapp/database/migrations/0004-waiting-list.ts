import type { Migration } from './index.ts';

export const waitingListTable: Migration = {
  name: '0004-waiting-list',
  async up(connection) {
    await connection.query(WAITING_LIST);
  },
};

/**
 * Entries of travellers who wait for a place, in the order of the ids, with all that a booking needs. While `offered_until` is set, one
 * of the departure's places is kept for the entry. A lapsed entry stays, so that its traveller sees it.
 *
 * There is no ON DELETE CASCADE: an older release, which does not know this table, would delete a traveller with an offer and never
 * free the place. Instead it fails to delete such an account.
 */
const WAITING_LIST = `
  CREATE TABLE IF NOT EXISTS waiting_list (
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
    joined_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    offered_until DATETIME(3) NULL,
    lapsed_at DATETIME(3) NULL,
    UNIQUE KEY waiting_reference (reference),
    UNIQUE KEY waiting_once (traveller_id, destination_id, departure_date),
    KEY waiting_departure (destination_id, departure_date, id),
    CONSTRAINT waiting_returns_later CHECK (return_date > departure_date),
    CONSTRAINT waiting_offered_or_lapsed CHECK (offered_until IS NULL OR lapsed_at IS NULL),
    CONSTRAINT waiting_of_traveller FOREIGN KEY (traveller_id) REFERENCES traveller (id),
    CONSTRAINT waiting_of_departure FOREIGN KEY (destination_id, departure_date)
      REFERENCES departure (destination_id, departure_date)
  ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4`;
