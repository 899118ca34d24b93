import type { Migration } from './index.ts';

export const mailTable: Migration = {
  name: '0003-mail',
  async up(connection) {
    await connection.query(MAIL);
  },
};

/**
 * Mails that wait to be sent, with encrypted contents. There is no foreign key, so that adding a mail never waits for the lock of a
 * traveller. A mail to a traveller who no longer exists is dropped.
 */
const MAIL = `
  CREATE TABLE IF NOT EXISTS mail (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    message_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    traveller_id BIGINT UNSIGNED NOT NULL,
    kind VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    sealed BLOB NOT NULL,
    created_at DATETIME(3) NOT NULL,
    due_at DATETIME(3) NOT NULL,
    lapses_at DATETIME(3) NOT NULL,
    attempts SMALLINT UNSIGNED NOT NULL DEFAULT 0,
    lease BINARY(16) NULL,
    KEY mail_due (due_at),
    KEY mail_lapse (lapses_at),
    KEY mail_traveller (traveller_id)
  ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4`;
