import { createHash, randomBytes } from 'node:crypto';
import type { ResultSetHeader } from 'mysql2';
import type { Transaction } from 'sequelize';
import type { Database } from '../database/database.ts';
import { deleteInBatches } from '../database/delete-in-batches.ts';
import { timestamp } from '../database/timestamp.ts';

/** Links that let who has them choose a new password, each once. What the table holds cannot be used as one. */
export interface PasswordResetStore {
  add(token: ResetToken, travellerId: number, expiresAt: Date, transaction: Transaction): Promise<void>;
  /** Whose password the token may change; undefined where it is unknown, used or expired. */
  find(token: ResetToken, now: Date): Promise<number | undefined>;
  /** Uses the token up; false where that was done before, or too late. */
  use(token: ResetToken, travellerId: number, now: Date, transaction: Transaction): Promise<boolean>;
  removeAllOfTraveller(travellerId: number, transaction: Transaction): Promise<void>;
  /** Removes what has expired. */
  sweep(now: Date): Promise<void>;
}

/** 256 random bits, as they stand in a link. */
export type ResetToken = string & { readonly resetToken: never };

export function newResetToken(): ResetToken {
  return randomBytes(32).toString('base64url') as ResetToken;
}

export function resetTokenOf(text: string): ResetToken | undefined {
  return /^[\w-]{43}$/.test(text) ? (text as ResetToken) : undefined;
}

export function createPasswordResetStore(database: Database): PasswordResetStore {
  return {
    async add(token, travellerId, expiresAt, transaction) {
      const insertion = 'INSERT INTO password_reset (token_hash, traveller_id, expires_at) VALUES (?, ?, ?)';
      await database.preparedIn(transaction, insertion, [hashOf(token), travellerId, timestamp(expiresAt)]);
    },
    async find(token, now) {
      const [row] = await database.prepared<{ traveller_id: number }>(
        'SELECT traveller_id FROM password_reset WHERE token_hash = ? AND expires_at > ?',
        [hashOf(token), timestamp(now)],
      );
      return row?.traveller_id;
    },
    async use(token, travellerId, now, transaction) {
      const { affectedRows } = await database.preparedIn<ResultSetHeader>(
        transaction,
        'DELETE FROM password_reset WHERE token_hash = ? AND traveller_id = ? AND expires_at > ?',
        [hashOf(token), travellerId, timestamp(now)],
      );
      return affectedRows === 1;
    },
    async removeAllOfTraveller(travellerId, transaction) {
      await database.preparedIn(transaction, 'DELETE FROM password_reset WHERE traveller_id = ?', [travellerId]);
    },
    async sweep(now) {
      await deleteInBatches(database, 'DELETE FROM password_reset WHERE expires_at <= ?', [timestamp(now)]);
    },
  };
}

function hashOf(token: ResetToken): Buffer {
  return createHash('sha256').update(token).digest();
}
