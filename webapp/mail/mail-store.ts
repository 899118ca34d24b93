import { Op, QueryTypes, type Transaction } from 'sequelize';
import type { Database } from '../database/connection.ts';
import { deleteInBatches } from '../database/delete-in-batches.ts';
import { Mail } from './mail.ts';

/**
 * Mails that wait to be sent. A process that takes one has it until the lease ends. Then the mail is due again, because the process
 * probably ended. An attempt is counted when it begins, so that a mail that crashes its process is not tried for ever.
 */
export interface MailStore {
  add(mail: NewMail, transaction: Transaction): Promise<void>;
  /** At most `count` mails, the longest due first. Nobody else gets them before `until`. */
  take(count: number, lease: Lease, now: Date): Promise<readonly TakenMail[]>;
  /** Removes a mail. Does nothing if somebody else has taken it meanwhile. */
  remove(mail: TakenMail, lease: Lease): Promise<void>;
  /** Gives a mail back until it is due. Does nothing if somebody else has taken it meanwhile. */
  postpone(mail: TakenMail, lease: Lease, dueAt: Date, attempts: number): Promise<void>;
  waiting(): Promise<Waiting>;
  ofTraveller(travellerId: number): Promise<readonly StoredMail[]>;
  removeAllOfTraveller(travellerId: number, transaction: Transaction): Promise<void>;
  /** Removes mails that lapsed before this time. */
  sweep(before: Date): Promise<void>;
}

export interface NewMail {
  readonly messageId: string;
  readonly travellerId: number;
  readonly kind: string;
  readonly sealed: Buffer;
  readonly createdAt: Date;
  readonly lapsesAt: Date;
}

export interface Lease {
  /** 16 random bytes. */
  readonly holder: Buffer;
  readonly until: Date;
}

export interface TakenMail {
  readonly id: number;
  readonly messageId: string;
  readonly kind: string;
  readonly sealed: Buffer;
  readonly lapsesAt: Date;
  /** Including this one. */
  readonly attempts: number;
  /** Undefined if the traveller has been deleted. */
  readonly recipient: { readonly name: string; readonly address: string } | undefined;
}

export interface StoredMail {
  readonly kind: string;
  readonly sealed: Buffer;
  readonly createdAt: Date;
}

export interface Waiting {
  readonly count: number;
  readonly oldest: Date | undefined;
}

export function createMailStore(database: Database): MailStore {
  const { sequelize } = database;
  const mails = sequelize.getRepository(Mail);
  return {
    async add(mail, transaction) {
      await mails.create({ ...mail, dueAt: mail.createdAt }, { transaction });
    },
    take: (count, { holder, until }, now) =>
      database.transaction(async (transaction) => {
        const rows = await sequelize.query<DueMail>(DUE_MAILS, {
          type: QueryTypes.SELECT,
          // mysql2 sends numbers as DOUBLE, which LIMIT refuses
          bind: { now, count: String(count) },
          transaction,
        });
        if (rows.length === 0) return [];
        const where = { id: rows.map(({ id }) => id) };
        await mails.update({ lease: holder, dueAt: until }, { where, transaction });
        await mails.increment('attempts', { where, transaction });
        return rows.map(taken);
      }),
    async remove({ id }, { holder }) {
      await database.idempotentWrite(() => mails.destroy({ where: { id, lease: holder } }));
    },
    async postpone({ id }, { holder }, dueAt, attempts) {
      const values = { lease: null, dueAt, attempts };
      await database.idempotentWrite(() => mails.update(values, { where: { id, lease: holder } }));
    },
    async waiting() {
      const { count, rows } = await database.read(() =>
        mails.findAndCountAll({ attributes: ['createdAt'], order: ['createdAt'], limit: 1 }),
      );
      return { count, oldest: rows[0]?.createdAt };
    },
    async ofTraveller(travellerId) {
      const rows = await database.read(() => mails.findAll({ where: { travellerId }, order: ['id'] }));
      return rows.map(({ kind, sealed, createdAt }) => ({ kind, sealed, createdAt }));
    },
    async removeAllOfTraveller(travellerId, transaction) {
      await mails.destroy({ where: { travellerId }, transaction });
    },
    sweep: (before) => deleteInBatches(database, mails, { lapsesAt: { [Op.lte]: before } }),
  };
}

interface DueMail extends Omit<TakenMail, 'recipient'> {
  readonly name: string | null;
  readonly address: string | null;
}

/**
 * SQL because of FOR UPDATE OF and SKIP LOCKED. It skips rows that others have locked, including mails whose transaction is not
 * committed yet.
 */
const DUE_MAILS = `
  SELECT mail.id, mail.message_id AS messageId, mail.kind, mail.sealed, mail.lapses_at AS lapsesAt, mail.attempts,
    traveller.name, traveller.email_address AS address
  FROM mail LEFT JOIN traveller ON traveller.id = mail.traveller_id
  WHERE mail.due_at <= $now ORDER BY mail.due_at LIMIT $count FOR UPDATE OF mail SKIP LOCKED`;

function taken({ name, address, attempts, ...mail }: DueMail): TakenMail {
  return { ...mail, attempts: attempts + 1, recipient: address === null ? undefined : { name: name ?? '', address } };
}
