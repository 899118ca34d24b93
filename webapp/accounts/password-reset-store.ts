import { Op, type Transaction } from 'sequelize';
import type { Database } from '../database/connection.ts';
import { deleteInBatches } from '../database/delete-in-batches.ts';
import { duplicateKeyOf } from '../database/errors.ts';
import { type LinkToken, linkTokenHash } from './link-token.ts';
import { PasswordReset } from './password-reset.ts';

/** Links for choosing a new password. Each works once. The table stores only hashes, from which nobody can make a link. */
export interface PasswordResetStore {
  /** False if the token exists already. */
  add(token: LinkToken, travellerId: number, expiresAt: Date, transaction: Transaction): Promise<boolean>;
  /** The traveller whose password the token may change; undefined if it is unknown, used or expired. */
  find(token: LinkToken, now: Date): Promise<number | undefined>;
  /** Uses the token up. False if it was used before, or has expired. */
  use(token: LinkToken, travellerId: number, now: Date, transaction: Transaction): Promise<boolean>;
  removeAllOfTraveller(travellerId: number, transaction: Transaction): Promise<void>;
  /** Removes what has expired. */
  sweep(now: Date): Promise<void>;
}

export function createPasswordResetStore(database: Database): PasswordResetStore {
  const resets = database.sequelize.getRepository(PasswordReset);
  return {
    async add(token, travellerId, expiresAt, transaction) {
      try {
        await resets.create({ tokenHash: linkTokenHash(token), travellerId, expiresAt }, { transaction });
        return true;
      } catch (error) {
        if (duplicateKeyOf(error) === undefined) throw error;
        return false;
      }
    },
    async find(token, now) {
      const where = { tokenHash: linkTokenHash(token), expiresAt: { [Op.gt]: now } };
      return (await database.read(() => resets.findOne({ where })))?.travellerId;
    },
    async use(token, travellerId, now, transaction) {
      const where = { tokenHash: linkTokenHash(token), travellerId, expiresAt: { [Op.gt]: now } };
      return (await resets.destroy({ where, transaction })) === 1;
    },
    async removeAllOfTraveller(travellerId, transaction) {
      await resets.destroy({ where: { travellerId }, transaction });
    },
    sweep: (now) => deleteInBatches(database, resets, { expiresAt: { [Op.lte]: now } }),
  };
}
