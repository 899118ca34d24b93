import type { Migration } from './index.ts';

export const emailChangeTable: Migration = {
  name: '0007-email-change',
  async up(connection) {
    await connection.query(EMAIL_CHANGE);
  },
};

/**
 * The newest request of each traveller for another e-mail address. The key is the SHA-256 of the token in the link. MySQL removes a
 * request with its traveller, also if the previous release deletes them.
 */
const EMAIL_CHANGE = `
  CREATE TABLE IF NOT EXISTS email_change (
    traveller_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    token_hash BINARY(32) NOT NULL,
    email_address VARCHAR(254) NOT NULL,
    expires_at DATETIME(3) NOT NULL,
    confirmed_at DATETIME(3) NULL,
    UNIQUE KEY email_change_token (token_hash),
    KEY email_change_expiry (expires_at),
    CONSTRAINT email_change_of_traveller FOREIGN KEY (traveller_id) REFERENCES traveller (id) ON DELETE CASCADE
  ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4`;
