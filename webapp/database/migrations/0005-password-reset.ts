import type { Migration } from './index.ts';

export const passwordResetTable: Migration = {
  name: '0005-password-reset',
  async up(connection) {
    await connection.query(PASSWORD_RESET);
  },
};

/** The key is the SHA-256 of the token in the link. Traveller 0 stands for an unknown e-mail address. */
const PASSWORD_RESET = `
  CREATE TABLE IF NOT EXISTS password_reset (
    token_hash BINARY(32) NOT NULL PRIMARY KEY,
    traveller_id BIGINT UNSIGNED NOT NULL,
    expires_at DATETIME(3) NOT NULL,
    KEY password_reset_traveller (traveller_id),
    KEY password_reset_expiry (expires_at)
  ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4`;
