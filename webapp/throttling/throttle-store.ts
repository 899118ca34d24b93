import type { Database, PreparedValue } from '../database/database.ts';
import { isLockConflict } from '../database/errors.ts';
import { deleteInBatches } from '../database/delete-in-batches.ts';
import { timestamp } from '../database/timestamp.ts';
import type { Limit } from './rules.ts';

export interface ThrottleStore {
  /** Counts one more where the limit leaves room, in one step; else resolves to when there is room again. */
  take(key: Buffer, limit: Limit, now: Date): Promise<Date | undefined>;
  /** Takes back one of each key; all of those in `cleared`. */
  giveBack(keys: readonly Buffer[], cleared: readonly Buffer[]): Promise<void>;
  /** Removes what has expired. */
  sweep(now: Date): Promise<void>;
}

/** Shared by all pods. A row is changed by one statement, which alone decides: pods never read a count and then write it. */
export function createThrottleStore(database: Database): ThrottleStore {
  const change = async (sql: string, values: readonly PreparedValue[]): Promise<number> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await database.change(sql, values);
      } catch (error) {
        if (!isLockConflict(error) || attempt === ATTEMPTS) throw error;
      }
    }
  };
  return {
    async take(key, { count, seconds }, now) {
      const [at, end] = [timestamp(now), timestamp(new Date(now.getTime() + seconds * 1000))];
      if ((await change(TAKE, [key, end, at, count, at, end])) > 0) return undefined;
      const [row] = await database.prepared<{ until: string }>(
        'SELECT UNIX_TIMESTAMP(expires_at) AS until FROM throttle WHERE key_hash = ?',
        [key],
      );
      return row ? new Date(Number(row.until) * 1000) : now;
    },
    async giveBack(keys, cleared) {
      const marks = (some: readonly Buffer[]) => some.map(() => '?').join(', ');
      const all = [...cleared, ...keys];
      if (all.length === 0) return;
      // the window of what is cleared ends, so that the next one begins anew: one statement, as every log-in sends it
      const end =
        cleared.length > 0 ? `, expires_at = IF(key_hash IN (${marks(cleared)}), '1970-01-01', expires_at)` : '';
      await change(`UPDATE throttle SET hits = hits - 1${end} WHERE hits > 0 AND key_hash IN (${marks(all)})`, [
        ...cleared,
        ...all,
      ]);
    },
    async sweep(now) {
      await deleteInBatches({ change }, 'DELETE FROM throttle WHERE expires_at <= ?', [timestamp(now)]);
    },
  };
}

const ATTEMPTS = 3;

/** Changes nothing where the window is full. The first assignment still sees the old end of the window. */
const TAKE = `
  INSERT INTO throttle (key_hash, hits, expires_at) VALUES (?, 1, ?)
  ON DUPLICATE KEY UPDATE
    hits = IF(expires_at <= ?, 1, IF(hits < ?, hits + 1, hits)),
    expires_at = IF(expires_at <= ?, ?, expires_at)`;
