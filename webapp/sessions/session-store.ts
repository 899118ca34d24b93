import { hash } from 'node:crypto';
import { type SessionData, Store } from 'express-session';
import type { SessionConfig } from '../config.ts';
import type { Clock } from '../clock.ts';
import type { Database, PreparedValue } from '../database/database.ts';
import { deleteInBatches } from '../database/delete-in-batches.ts';
import { timestamp } from '../database/timestamp.ts';

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

  constructor(database: Database, config: SessionConfig, clock: Clock) {
    super();
    this.#database = database;
    this.#config = config;
    this.#clock = clock;
  }

  override get = (id: string, callback: (error: unknown, session?: SessionData | null) => void): void => {
    this.#find(id).then(
      (session) => callback(null, session),
      (error: unknown) => callback(error),
    );
  };

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
    await this.#database.prepared('DELETE FROM session WHERE traveller_id = ? AND id_hash <> ?', [
      travellerId,
      hashOf(id),
    ]);
  }

  /** Removes what has expired. */
  async sweep(): Promise<void> {
    await deleteInBatches(this.#database, 'DELETE FROM session WHERE expires_at <= ?', [timestamp(this.#clock.now())]);
  }

  async #find(id: string): Promise<SessionData | null> {
    const now = this.#clock.now();
    const [row] = await this.#database.prepared<SessionRow>(
      'SELECT data, UNIX_TIMESTAMP(touched_at) AS touched FROM session WHERE id_hash = ? AND expires_at > ?',
      [hashOf(id), timestamp(now)],
    );
    if (!row) return null;
    // a session whose end cannot be moved lives on until its earlier end
    if (now.getTime() - Number(row.touched) * 1000 >= TOUCH_INTERVAL_MS) await this.#touch(id, now).catch(ignore);
    return JSON.parse(row.data) as SessionData;
  }

  async #touch(id: string, now: Date): Promise<void> {
    await this.#database.prepared(
      'UPDATE session SET touched_at = ?, expires_at = LEAST(?, created_at + INTERVAL ? HOUR) WHERE id_hash = ?',
      [timestamp(now), timestamp(this.#idleEnd(now)), this.#config.maximumHours, hashOf(id)],
    );
  }

  #idleEnd(now: Date): Date {
    const minutes = Math.min(this.#config.idleMinutes, this.#config.maximumHours * 60);
    return new Date(now.getTime() + minutes * 60_000);
  }

  #run(sql: string, values: readonly PreparedValue[], callback: Done): void {
    this.#database.prepared(sql, values).then(
      () => callback(),
      (error: unknown) => callback(error),
    );
  }
}

interface SessionRow {
  readonly data: string;
  readonly touched: string;
}

const TOUCH_INTERVAL_MS = 60_000;

const ignore = () => undefined;

function hashOf(id: string): Buffer {
  return hash('sha256', id, 'buffer');
}
