import type { Transaction } from 'sequelize';
import type { Database } from '../database/database.ts';
import { deleteInBatches } from '../database/delete-in-batches.ts';
import { timestamp } from '../database/timestamp.ts';

/**
 * Mails that wait. Who takes one has it until its lease ends: then it is due again, as its process is taken to be gone. Each
 * attempt is counted when it begins, so that a mail which ends its process is not tried for ever.
 */
export interface MailStore {
  add(mail: NewMail, transaction: Transaction): Promise<void>;
  /** Those longest due, at most `count`, which nobody else gets before `until`. */
  take(count: number, lease: Lease, now: Date): Promise<readonly TakenMail[]>;
  /** Ends a mail; nothing where somebody else has it by now. */
  remove(mail: TakenMail, lease: Lease): Promise<void>;
  /** Lets go of a mail until it is due; nothing where somebody else has it by now. */
  postpone(mail: TakenMail, lease: Lease, dueAt: Date, attempts: number): Promise<void>;
  waiting(): Promise<Waiting>;
  ofTraveller(travellerId: number): Promise<readonly StoredMail[]>;
  removeAllOfTraveller(travellerId: number, transaction: Transaction): Promise<void>;
  /** Removes what lapsed before. */
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
  /** 16 bytes that nobody else has. */
  readonly holder: Buffer;
  readonly until: Date;
}

export interface TakenMail {
  readonly id: number;
  readonly messageId: string;
  readonly kind: string;
  readonly sealed: Buffer;
  readonly lapsesAt: Date;
  /** This one included. */
  readonly attempts: number;
  /** Undefined where the traveller is gone. */
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

interface DueRow {
  readonly id: number;
  readonly message_id: string;
  readonly kind: string;
  readonly sealed: Buffer;
  readonly lapses: string;
  readonly attempts: number;
  readonly name: string | null;
  readonly email_address: string | null;
}

export function createMailStore(database: Database): MailStore {
  return {
    async add({ messageId, travellerId, kind, sealed, createdAt, lapsesAt }, transaction) {
      const created = timestamp(createdAt);
      await database.preparedIn(
        transaction,
        'INSERT INTO mail (message_id, traveller_id, kind, sealed, created_at, due_at, lapses_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
        [messageId, travellerId, kind, sealed, created, created, timestamp(lapsesAt)],
      );
    },
    take: (count, { holder, until }, now) =>
      database.transaction(async (transaction) => {
        const rows = await database.preparedIn<DueRow[]>(transaction, dueMails(count), [timestamp(now)]);
        if (rows.length === 0) return [];
        const marks = rows.map(() => '?').join(', ');
        await database.preparedIn(
          transaction,
          `UPDATE mail SET lease = ?, due_at = ?, attempts = attempts + 1 WHERE id IN (${marks})`,
          [holder, timestamp(until), ...rows.map(({ id }) => id)],
        );
        return rows.map(taken);
      }),
    async remove({ id }, { holder }) {
      await database.change('DELETE FROM mail WHERE id = ? AND lease = ?', [id, holder]);
    },
    async postpone({ id }, { holder }, dueAt, attempts) {
      await database.change('UPDATE mail SET lease = NULL, due_at = ?, attempts = ? WHERE id = ? AND lease = ?', [
        timestamp(dueAt),
        attempts,
        id,
        holder,
      ]);
    },
    async waiting() {
      const [row] = await database.prepared<{ count: number; oldest: string | null }>(
        'SELECT COUNT(*) AS count, UNIX_TIMESTAMP(MIN(created_at)) AS oldest FROM mail',
        [],
      );
      const oldest = row?.oldest ?? null;
      return { count: row?.count ?? 0, oldest: oldest === null ? undefined : instant(oldest) };
    },
    async ofTraveller(travellerId) {
      const rows = await database.prepared<{ kind: string; sealed: Buffer; created: string }>(
        'SELECT kind, sealed, UNIX_TIMESTAMP(created_at) AS created FROM mail WHERE traveller_id = ? ORDER BY id',
        [travellerId],
      );
      return rows.map(({ kind, sealed, created }) => ({ kind, sealed, createdAt: instant(created) }));
    },
    async removeAllOfTraveller(travellerId, transaction) {
      await database.preparedIn(transaction, 'DELETE FROM mail WHERE traveller_id = ?', [travellerId]);
    },
    async sweep(before) {
      await deleteInBatches(database, 'DELETE FROM mail WHERE lapses_at <= ?', [timestamp(before)]);
    },
  };
}

/** Skips what others have locked, among it mails whose transaction is not committed yet. A number cannot be bound to LIMIT. */
const dueMails = (count: number) => `
  SELECT mail.id, mail.message_id, mail.kind, mail.sealed, UNIX_TIMESTAMP(mail.lapses_at) AS lapses, mail.attempts,
    traveller.name, traveller.email_address
  FROM mail LEFT JOIN traveller ON traveller.id = mail.traveller_id
  WHERE mail.due_at <= ? ORDER BY mail.due_at LIMIT ${Math.trunc(count)} FOR UPDATE OF mail SKIP LOCKED`;

function taken({ id, message_id, kind, sealed, lapses, attempts, name, email_address }: DueRow): TakenMail {
  return {
    id,
    messageId: message_id,
    kind,
    sealed,
    lapsesAt: instant(lapses),
    attempts: attempts + 1,
    recipient: email_address === null ? undefined : { name: name ?? '', address: email_address },
  };
}

function instant(seconds: string): Date {
  return new Date(Number(seconds) * 1000);
}
