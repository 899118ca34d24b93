import { createHash } from 'node:crypto';
import { type SessionData, Store } from 'express-session';
import type { SessionConfig } from '../config.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database/database.ts';
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
    /** When its expiry was last moved, in milliseconds; read with the session, never stored in its data. */
    touchedAt?: number;
  }
}

type Done = (error?: unknown) => void;

/**
 * Sessions in MySQL. Invariant: what the table holds cannot be used as a cookie, and an expired session is never returned,
 * whether or not it was swept. It ends when idle for too long, and at the latest after its maximum age.
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

  override get = (sid: string, callback: (error: unknown, session?: SessionData | null) => void): void => {
    this.#database
      .prepared<{ data: string; touched: string }>(
        'SELECT data, UNIX_TIMESTAMP(touched_at) AS touched FROM session WHERE id_hash = ? AND expires_at > ?',
        [hashOf(sid), timestamp(this.#clock.now())],
      )
      .then(
        ([row]) => callback(null, row ? sessionOf(row.data, Number(row.touched) * 1000) : null),
        (error: unknown) => callback(error),
      );
  };

  override set = (sid: string, session: SessionData, callback: Done = ignore): void => {
    const now = this.#clock.now();
    const { cookie, traveller } = session;
    const owner = traveller?.id ?? null;
    const data = JSON.stringify({ cookie, traveller });
    this.#run(
      `INSERT INTO session (id_hash, traveller_id, data, created_at, touched_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)
       ON DUPLICATE KEY UPDATE traveller_id = ?, data = ?`,
      [hashOf(sid), owner, data, timestamp(now), timestamp(now), timestamp(this.#idleEnd(now)), owner, data],
      callback,
    );
  };

  override touch = (sid: string, session: SessionData, callback: Done = ignore): void => {
    const now = this.#clock.now();
    if (now.getTime() - (session.touchedAt ?? 0) < TOUCH_INTERVAL_MS) return callback();
    this.#run(
      'UPDATE session SET touched_at = ?, expires_at = LEAST(?, created_at + INTERVAL ? HOUR) WHERE id_hash = ?',
      [timestamp(now), timestamp(this.#idleEnd(now)), this.#config.maximumHours, hashOf(sid)],
      // The answer is on its way by now, and the session lives on until its earlier end.
      () => callback(),
    );
  };

  override destroy = (sid: string, callback: Done = ignore): void => {
    this.#run('DELETE FROM session WHERE id_hash = ?', [hashOf(sid)], callback);
  };

  /** Signs the traveller out everywhere but in the session with this id. */
  async endOthers(travellerId: number, sid: string): Promise<void> {
    await this.#database.prepared('DELETE FROM session WHERE traveller_id = ? AND id_hash <> ?', [
      travellerId,
      hashOf(sid),
    ]);
  }

  async endAll(travellerId: number): Promise<void> {
    await this.#database.prepared('DELETE FROM session WHERE traveller_id = ?', [travellerId]);
  }

  /** Removes some of what has expired. */
  async sweep(): Promise<void> {
    await this.#database.prepared('DELETE FROM session WHERE expires_at <= ? LIMIT 500', [
      timestamp(this.#clock.now()),
    ]);
  }

  #idleEnd(now: Date): Date {
    const minutes = Math.min(this.#config.idleMinutes, this.#config.maximumHours * 60);
    return new Date(now.getTime() + minutes * 60_000);
  }

  #run(sql: string, values: readonly (string | number | Buffer | null)[], callback: Done): void {
    this.#database.prepared(sql, values).then(
      () => callback(),
      (error: unknown) => callback(error),
    );
  }
}

const TOUCH_INTERVAL_MS = 60_000;

const ignore: Done = () => undefined;

function hashOf(sid: string): Buffer {
  return createHash('sha256').update(sid).digest();
}

function sessionOf(data: string, touchedAt: number): SessionData {
  return { ...(JSON.parse(data) as SessionData), touchedAt };
}
