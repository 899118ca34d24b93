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
 * The SHA-256 of the form in which identity.ts compares usernames and addresses. The older `_key` columns stay, and are still written,
 * because the previous release looks travellers up by them. The new columns are empty in rows that the previous release writes, and in
 * an account that the new comparison finds equal to another.
 */
const IDENTITY = `
  ALTER TABLE traveller
    ADD COLUMN username_identity BINARY(32) NULL,
    ADD COLUMN email_identity BINARY(32) NULL,
    ADD UNIQUE KEY traveller_username_identity (username_identity),
    ADD UNIQUE KEY traveller_email_identity (email_identity)`;

/** MySQL has no ADD COLUMN IF NOT EXISTS. It applies an ALTER TABLE as a whole or not at all. */
async function addOnce(connection: Connection, statement: string): Promise<void> {
  try {
    await connection.query(statement);
  } catch (error) {
    if (codeOf(error) !== 'ER_DUP_FIELDNAME') throw error;
  }
}
