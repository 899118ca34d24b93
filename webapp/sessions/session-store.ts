import { hash } from 'node:crypto';
import { type SessionData, Store } from 'express-session';
import type { SessionConfig } from '../config.ts';
import type { Clock } from '../clock.ts';
import { askedTogether } from '../database/asked-together.ts';
import { QueryTypes } from 'sequelize';
import type { Database } from '../database/connection.ts';
import { Op } from 'sequelize';
import { Session } from './session.ts';
type PreparedValue = string | number | Date | Buffer | null;
async function prepared<T>(database: Database, sql: string, values: readonly PreparedValue[]): Promise<T[]> {
  return database.read(async () => (await database.sequelize.query(sql, { replacements: [...values], type: /^\s*SELECT/.test(sql) ? QueryTypes.SELECT : QueryTypes.UPDATE }) as unknown as T[]));
}
import { deleteInBatches } from '../database/delete-in-batches.ts';
import { timestamp } from '../database/timestamp.ts';
import { remembering } from '../http/remembering.ts';

/** Who is signed in; kept in the session, so that no page has to ask for it. */
export interface SignedIn {
  readonly id: number;
  readonly username: string;
  readonly name: string;
}

declare module 'express-session' {
  interface SessionData {
    traveller?: SignedIn;
  }
}

type Done = (error?: unknown) => void;

/** A session, and what was read along with it. */
export interface FoundSession {
  /** As it is kept; see `travellerIn`. */
  readonly data: string;
  readonly along: string | null;
  /** When it was looked for. */
  readonly at: Date;
}

/** What is read along with sessions: one value each, by a subquery which may name `session`, their row. */
export interface Along {
  readonly sql: string;
  values(now: Date): readonly PreparedValue[];
}

/** Whose session it is. */
export const travellerIn = remembering((data) => (JSON.parse(data) as SessionData).traveller);

/** By the session's id. */
export type SessionReader = (id: string) => Promise<FoundSession | undefined>;

/**
 * Sessions in MySQL. Invariant: what the table holds cannot be used as a cookie, and an expired session is never returned,
 * whether or not it was swept. It ends when idle for too long, and at the latest after its maximum age.
 *
 * It has no `touch`, which express-session would call at the end of every request, and then send every answer in two pieces: the
 * idle end is moved where a session is read, at most once a minute.
 */
export class SessionStore extends Store {
  readonly #database: Database;
  readonly #config: SessionConfig;
  readonly #clock: Clock;
  readonly #find = this.reader();

  constructor(database: Database, config: SessionConfig, clock: Clock) {
    super();
    this.#database = database;
    this.#config = config;
    this.#clock = clock;
  }

  override get = (id: string, callback: (error: unknown, session?: SessionData | null) => void): void => {
    this.#find(id).then(
      (found) => callback(null, found ? (JSON.parse(found.data) as SessionData) : null),
      (error: unknown) => callback(error),
    );
  };

  /**
   * Reads sessions, and something along with them: those that are asked for in the same turn of the event loop by one statement, each
   * known again by its own id.
   */
  reader(along?: Along): SessionReader {
    const statements = GROUPS.map((size) => readingStatement(size, along));
    const find = askedTogether(async (ids) => {
      const at = this.#clock.now();
      const hashes = ids.map(knownHashOf);
      const group = GROUPS.findIndex((size) => size >= ids.length);
      const places = padded(hashes, GROUPS[group] ?? ids.length);
      const values = [...(along?.values(at) ?? []), ...places, timestamp(at)];
      const rows = await prepared<SessionRow>(this.#database, statements[group] ?? '', values);
      const byHash = ids.length > 1 ? new Map(rows.map((row) => [textOf(row.id_hash), row])) : undefined;
      return (id) => ({ at, row: byHash ? byHash.get(textOf(knownHashOf(id))) : rows[0] });
    }, MOST_TOGETHER);
    return async (id) => {
      const { at, row } = await find(id);
      if (!row) return undefined;
      // one that cannot be moved lives on until its earlier end
      if (at.getTime() - Number(row.touched) * 1000 >= TOUCH_INTERVAL_MS) await this.#touch(id, at).catch(ignore);
      return { data: row.data, along: row.along ?? null, at };
    };
  }

  override set = (id: string, { cookie, traveller }: SessionData, callback: Done = ignore): void => {
    const now = this.#clock.now();
    const owner = traveller?.id ?? null;
    const data = JSON.stringify({ cookie, traveller });
    this.#run(
      `INSERT INTO session (id_hash, traveller_id, data, created_at, touched_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)
       ON DUPLICATE KEY UPDATE traveller_id = ?, data = ?`,
      [hashOf(id), owner, data, timestamp(now), timestamp(now), timestamp(this.#idleEnd(now)), owner, data],
      callback,
    );
  };

  override destroy = (id: string, callback: Done = ignore): void => {
    this.#run('DELETE FROM session WHERE id_hash = ?', [hashOf(id)], callback);
  };

  /** Signs the traveller out everywhere but in the session with this id. */
  async endOthers(travellerId: number, id: string): Promise<void> {
    await prepared(this.#database, 'DELETE FROM session WHERE traveller_id = ? AND id_hash <> ?', [
      travellerId,
      hashOf(id),
    ]);
  }

  /** Removes what has expired. */
  async sweep(): Promise<void> {
    await deleteInBatches(this.#database, this.#database.sequelize.getRepository(Session), { expiresAt: { [Op.lte]: this.#clock.now() } });
  }

  async #touch(id: string, now: Date): Promise<void> {
    await prepared(this.#database, 
      'UPDATE session SET touched_at = ?, expires_at = LEAST(?, created_at + INTERVAL ? HOUR) WHERE id_hash = ?',
      [timestamp(now), timestamp(this.#idleEnd(now)), this.#config.maximumHours, hashOf(id)],
    );
  }

  #idleEnd(now: Date): Date {
    const minutes = Math.min(this.#config.idleMinutes, this.#config.maximumHours * 60);
    return new Date(now.getTime() + minutes * 60_000);
  }

  #run(sql: string, values: readonly PreparedValue[], callback: Done): void {
    prepared(this.#database, sql, values).then(
      () => callback(),
      (error: unknown) => callback(error),
    );
  }
}

interface SessionRow {
  /** Where several are asked for. */
  readonly id_hash?: Buffer;
  readonly data: string;
  readonly touched: string;
  readonly along?: string | null;
}

const TOUCH_INTERVAL_MS = 60_000;
/** How many sessions a statement reads: few sizes, as each is prepared on each connection. */
const GROUPS = [1, 2, 4, 8, 16];
const MOST_TOGETHER = Math.max(...GROUPS);

function readingStatement(size: number, along: Along | undefined): string {
  const columns = ['data, CAST(UNIX_TIMESTAMP(touched_at) AS CHAR) AS touched'];
  if (along) columns.push(`(${along.sql}) AS along`);
  if (size > 1) columns.push('id_hash');
  const places = Array<string>(size).fill('?').join(', ');
  return `SELECT ${columns.join(', ')} FROM session WHERE id_hash IN (${places}) AND expires_at > ?`;
}

/** To a length, with more of the last: asking for a session twice finds it once. */
function padded(hashes: readonly Buffer[], length: number): readonly Buffer[] {
  return hashes.concat(Array<Buffer>(length - hashes.length).fill(hashes.at(-1) ?? Buffer.alloc(0)));
}

function textOf(bytes: Buffer | undefined): string {
  return bytes?.toString('latin1') ?? '';
}

const ignore = () => undefined;

function hashOf(id: string): Buffer {
  return hash('sha256', id, 'buffer');
}

const knownHashOf = remembering(hashOf);
