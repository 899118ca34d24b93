import type { Connection } from 'mysql2/promise';
import { codeOf } from '../errors.ts';
import type { Migration } from './index.ts';

export const travellerIdentity: Migration = {
  name: '0006-traveller-identity',
  async up(connection) {
    await addOnce(connection, IDENTITY);
  },
};

/**
 * SHA-256 of what identity.ts compares two usernames or two addresses by. The older `_key` columns stay and are written as before,
 * because the release before this one looks travellers up by them. It leaves the new columns empty; so are those of an account that
 * came to be the same as another by the new comparison.
 */
const IDENTITY = `
  ALTER TABLE traveller
    ADD COLUMN username_identity BINARY(32) NULL,
    ADD COLUMN email_identity BINARY(32) NULL,
    ADD UNIQUE KEY traveller_username_identity (username_identity),
    ADD UNIQUE KEY traveller_email_identity (email_identity)`;

/** MySQL carries one ALTER TABLE out as a whole or not at all, and has no ADD COLUMN IF NOT EXISTS. */
async function addOnce(connection: Connection, statement: string): Promise<void> {
  try {
    await connection.query(statement);
  } catch (error) {
    if (codeOf(error) !== 'ER_DUP_FIELDNAME') throw error;
  }
}
