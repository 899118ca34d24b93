import { createHash, randomBytes } from 'node:crypto';
import { Op, type Transaction } from 'sequelize';
import type { Database } from '../database/connection.ts';
import { deleteInBatches } from '../database/delete-in-batches.ts';
import { duplicateKeyOf } from '../database/errors.ts';
import { PasswordReset } from './password-reset.ts';

/** Links that let who has them choose a new password, each once. What the table holds cannot be used as one. */
export interface PasswordResetStore {
  /** False where the token is there already. */
  add(token: ResetToken, travellerId: number, expiresAt: Date, transaction: Transaction): Promise<boolean>;
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
  const resets = database.sequelize.getRepository(PasswordReset);
  return {
    async add(token, travellerId, expiresAt, transaction) {
      try {
        await resets.create({ tokenHash: hashOf(token), travellerId, expiresAt }, { transaction });
        return true;
      } catch (error) {
        if (duplicateKeyOf(error) === undefined) throw error;
        return false;
      }
    },
    async find(token, now) {
      const where = { tokenHash: hashOf(token), expiresAt: { [Op.gt]: now } };
      return (await database.read(() => resets.findOne({ where })))?.travellerId;
    },
    async use(token, travellerId, now, transaction) {
      const where = { tokenHash: hashOf(token), travellerId, expiresAt: { [Op.gt]: now } };
      return (await resets.destroy({ where, transaction })) === 1;
    },
    async removeAllOfTraveller(travellerId, transaction) {
      await resets.destroy({ where: { travellerId }, transaction });
    },
    sweep: (now) => deleteInBatches(database, resets, { expiresAt: { [Op.lte]: now } }),
  };
}

function hashOf(token: ResetToken): Buffer {
  return createHash('sha256').update(token).digest();
}
