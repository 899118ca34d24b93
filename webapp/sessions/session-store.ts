import { hash } from 'node:crypto';
import { type Cookie, type SessionData, Store } from 'express-session';
import { Op, type Transaction } from 'sequelize';
import type { Repository } from 'sequelize-typescript';
import type { SessionConfig } from '../config.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database/connection.ts';
import { deleteInBatches } from '../database/delete-in-batches.ts';
import { duplicateKeyOf } from '../database/errors.ts';
import { Session } from './session.ts';

/** Who is signed in. The session stores it, so that pages need no query for it. */
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

export interface NewSession {
  readonly cookie: Cookie;
  readonly traveller: SignedIn;
}

export interface SessionTimes {
  readonly begun: Date;
  readonly lastUsed: Date;
  readonly ends: Date;
}

/** Operations on all sessions of a traveller. */
export interface TravellerSessions {
  removeAllOfTraveller(travellerId: number, transaction: Transaction): Promise<void>;
  ofTraveller(travellerId: number): Promise<readonly SessionTimes[]>;
}

type Done = (error?: unknown) => void;

/**
 * Sessions in MySQL. Invariant: nobody can make a cookie from the table, and an expired session is never returned, whether or not it
 * was swept. A session ends when it is idle for too long, and at the latest at its maximum age.
 *
 * Only `add` stores a session. express-session calls `set` at the end of that request. By then another request may have changed or ended
 * the session, and `set` would undo that: so it does nothing. There is no `touch`, because express-session would call it at the end of every request, and
 * send each answer in two pieces. Reading a session moves its idle end instead, at most once a minute.
 */
export class SessionStore extends Store implements TravellerSessions {
  readonly #database: Database;
  readonly #sessions: Repository<Session>;
  readonly #config: SessionConfig;
  readonly #clock: Clock;

  constructor(database: Database, config: SessionConfig, clock: Clock) {
    super();
    this.#database = database;
    this.#sessions = database.sequelize.getRepository(Session);
    this.#config = config;
    this.#clock = clock;
  }

  override get = (id: string, callback: (error: unknown, session?: SessionData | null) => void): void => {
    this.#find(id).then(
      (session) => callback(null, session),
      (error: unknown) => callback(error),
    );
  };

  override set = (_id: string, _session: SessionData, callback: Done = ignore): void => callback();

  override destroy = (id: string, callback: Done = ignore): void => {
    const where = { idHash: hashOf(id) };
    this.#database.idempotentWrite(() => this.#sessions.destroy({ where })).then(() => callback(), callback);
  };

  /** Does nothing if there is a session with this id. */
  async add(id: string, session: NewSession, transaction: Transaction): Promise<void> {
    const now = this.#clock.now();
    const times = { createdAt: now, touchedAt: now, expiresAt: this.#idleEnd(now) };
    const values = { idHash: hashOf(id), travellerId: session.traveller.id, data: JSON.stringify(session) };
    try {
      await this.#sessions.create({ ...values, ...times }, { transaction });
    } catch (error) {
      if (duplicateKeyOf(error) === undefined) throw error;
    }
  }

  /** Signs the traveller out everywhere but in the session with this id. */
  async endOthers(travellerId: number, id: string): Promise<void> {
    const where = { travellerId, idHash: { [Op.ne]: hashOf(id) } };
    await this.#database.idempotentWrite(() => this.#sessions.destroy({ where }));
  }

  async removeAllOfTraveller(travellerId: number, transaction: Transaction): Promise<void> {
    await this.#sessions.destroy({ where: { travellerId }, transaction });
  }

  /** Changes the name in all sessions of the traveller, because pages read it there. */
  async renameTraveller(travellerId: number, name: string, transaction: Transaction): Promise<void> {
    const rows = await this.#sessions.findAll({ where: { travellerId }, transaction });
    for (const { idHash, data } of rows) {
      const { traveller, ...rest } = JSON.parse(data) as SessionData;
      const values = { data: JSON.stringify({ ...rest, traveller: traveller && { ...traveller, name } }) };
      await this.#sessions.update(values, { where: { idHash }, transaction });
    }
  }

  async ofTraveller(travellerId: number): Promise<readonly SessionTimes[]> {
    const query = { where: { travellerId }, order: ['createdAt'] };
    const rows = await this.#database.read(() => this.#sessions.findAll(query));
    return rows.map(({ createdAt, touchedAt, expiresAt }) => ({
      begun: createdAt,
      lastUsed: touchedAt,
      ends: expiresAt,
    }));
  }

  /** Removes what has expired. */
  async sweep(): Promise<void> {
    await deleteInBatches(this.#database, this.#sessions, { expiresAt: { [Op.lte]: this.#clock.now() } });
  }

  async #find(id: string): Promise<SessionData | null> {
    const now = this.#clock.now();
    const where = { idHash: hashOf(id), expiresAt: { [Op.gt]: now } };
    const row = await this.#database.read(() => this.#sessions.findOne({ where }));
    if (!row) return null;
    // if the end cannot be moved, the session lasts until its earlier end
    if (now.getTime() - row.touchedAt.getTime() >= TOUCH_INTERVAL_MS) await this.#touch(row, now).catch(ignore);
    return JSON.parse(row.data) as SessionData;
  }

  async #touch({ idHash, createdAt }: Session, now: Date): Promise<void> {
    const lastEnd = createdAt.getTime() + this.#config.maximumHours * 3_600_000;
    const values = { touchedAt: now, expiresAt: new Date(Math.min(this.#idleEnd(now).getTime(), lastEnd)) };
    await this.#database.idempotentWrite(() => this.#sessions.update(values, { where: { idHash } }));
  }

  #idleEnd(now: Date): Date {
    const minutes = Math.min(this.#config.idleMinutes, this.#config.maximumHours * 60);
    return new Date(now.getTime() + minutes * 60_000);
  }
}

const TOUCH_INTERVAL_MS = 60_000;

const ignore = () => undefined;

function hashOf(id: string): Buffer {
  return hash('sha256', id, 'buffer');
}
