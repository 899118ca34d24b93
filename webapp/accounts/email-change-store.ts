import { Op, type Transaction } from 'sequelize';
import type { Database } from '../database/connection.ts';
import { deleteInBatches } from '../database/delete-in-batches.ts';
import { EmailChange } from './email-change.ts';
import { type LinkToken, linkTokenHash } from './link-token.ts';

/** Requests for another e-mail address. A link in a mail confirms each. A traveller has at most one: the newest. */
export interface EmailChangeStore {
  /** Takes the place of an earlier request. The caller has locked the traveller. */
  replace(request: EmailChangeRequest, token: LinkToken, transaction: Transaction): Promise<void>;
  /** The request that this token confirms, unless a newer one replaced it or it has expired. */
  find(travellerId: number, token: LinkToken, now: Date, transaction?: Transaction): Promise<StoredChange | undefined>;
  /** The request that is not confirmed yet. */
  waiting(travellerId: number, now: Date, transaction?: Transaction): Promise<StoredChange | undefined>;
  markConfirmed(travellerId: number, at: Date, transaction: Transaction): Promise<void>;
  removeAllOfTraveller(travellerId: number, transaction: Transaction): Promise<void>;
  /** Removes what has expired. */
  sweep(now: Date): Promise<void>;
}

export interface EmailChangeRequest {
  readonly travellerId: number;
  readonly emailAddress: string;
  readonly expiresAt: Date;
}

export interface StoredChange extends EmailChangeRequest {
  readonly confirmedAt: Date | null;
}

export function createEmailChangeStore(database: Database): EmailChangeStore {
  const changes = database.sequelize.getRepository(EmailChange);
  const removeAllOfTraveller = async (travellerId: number, transaction: Transaction) => {
    await changes.destroy({ where: { travellerId }, transaction });
  };
  return {
    async replace(request, token, transaction) {
      await removeAllOfTraveller(request.travellerId, transaction);
      await changes.create({ ...request, tokenHash: linkTokenHash(token) }, { transaction });
    },
    async find(travellerId, token, now, transaction) {
      const where = { travellerId, tokenHash: linkTokenHash(token), expiresAt: { [Op.gt]: now } };
      const row = transaction
        ? await changes.findOne({ where, transaction })
        : await database.read(() => changes.findOne({ where }));
      return row ? stored(row) : undefined;
    },
    async waiting(travellerId, now, transaction) {
      const where = { travellerId, confirmedAt: null, expiresAt: { [Op.gt]: now } };
      const row = transaction
        ? await changes.findOne({ where, transaction })
        : await database.read(() => changes.findOne({ where }));
      return row ? stored(row) : undefined;
    },
    async markConfirmed(travellerId, at, transaction) {
      await changes.update({ confirmedAt: at }, { where: { travellerId }, transaction });
    },
    removeAllOfTraveller,
    sweep: (now) => deleteInBatches(database, changes, { expiresAt: { [Op.lte]: now } }),
  };
}

function stored({ travellerId, emailAddress, expiresAt, confirmedAt }: EmailChange): StoredChange {
  return { travellerId, emailAddress, expiresAt, confirmedAt };
}
