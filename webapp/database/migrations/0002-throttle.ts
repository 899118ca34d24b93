import type { Migration } from './index.ts';

export const throttleTable: Migration = {
  name: '0002-throttle',
  async up(connection) {
    await connection.query(THROTTLE);
  },
};

/** The counters. The key is a keyed hash, so that the table holds no name and no address. */
const THROTTLE = `
  CREATE TABLE IF NOT EXISTS throttle (
    key_hash BINARY(32) NOT NULL PRIMARY KEY,
    hits INT UNSIGNED NOT NULL,
    expires_at DATETIME(3) NOT NULL,
    KEY throttle_expiry (expires_at)
  ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4`;
