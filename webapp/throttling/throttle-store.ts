import { Op, QueryTypes } from 'sequelize';
import type { Database } from '../database/connection.ts';
import { deleteInBatches } from '../database/delete-in-batches.ts';
import type { Limit } from './rules.ts';
import { ThrottleWindow } from './throttle-window.ts';

export interface ThrottleStore {
  /** Counts one attempt if the limit allows it, in one step. Otherwise resolves to the time when it does. */
  take(key: Buffer, limit: Limit, now: Date): Promise<Date | undefined>;
  /** Whether the limit allows no attempt now. Counts nothing. */
  isFull(key: Buffer, limit: Limit, now: Date): Promise<boolean>;
  /** Subtracts one from each key, and removes the keys in `cleared`. */
  giveBack(keys: readonly Buffer[], cleared: readonly Buffer[]): Promise<void>;
  /** Removes what has expired. */
  sweep(now: Date): Promise<void>;
}

/** All pods share it. One statement decides and changes a row: no pod reads a count first and writes it later. */
export function createThrottleStore(database: Database): ThrottleStore {
  const { sequelize } = database;
  const windows = sequelize.getRepository(ThrottleWindow);
  return {
    async take(key, { count, seconds }, now) {
      const bind = { key, count, now, end: new Date(now.getTime() + seconds * 1000) };
      const [, affected] = await database.idempotentWrite(() =>
        sequelize.query(TAKE, { type: QueryTypes.INSERT, bind }),
      );
      if (affected > 0) return undefined;
      const window = await database.read(() => windows.findByPk(key));
      return window?.expiresAt ?? now;
    },
    async isFull(key, { count }, now) {
      const window = await database.read(() => windows.findByPk(key));
      return window !== null && window.hits >= count && window.expiresAt > now;
    },
    async giveBack(keys, cleared) {
      if (cleared.length > 0) {
        await database.idempotentWrite(() =>
          windows.update({ hits: 0, expiresAt: ENDED }, { where: { keyHash: cleared } }),
        );
      }
      if (keys.length > 0) {
        const where = { keyHash: keys, hits: { [Op.gt]: 0 } };
        await database.idempotentWrite(() => windows.decrement('hits', { where }));
      }
    },
    sweep: (now) => deleteInBatches(database, windows, { expiresAt: { [Op.lte]: now } }),
  };
}

/** The next attempt begins a new window. */
const ENDED = new Date(0);

/**
 * SQL because it is a conditional counter. It changes nothing if the window is full. The first assignment still reads the old end of the
 * window.
 */
const TAKE = `
  INSERT INTO throttle (key_hash, hits, expires_at) VALUES ($key, 1, $end)
  ON DUPLICATE KEY UPDATE
    hits = IF(expires_at <= $now, 1, IF(hits < $count, hits + 1, hits)),
    expires_at = IF(expires_at <= $now, $end, expires_at)`;
