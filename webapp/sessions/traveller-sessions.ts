import type { Transaction } from 'sequelize';
import type { Database } from '../database/database.ts';

/** What is done with all sessions of a traveller together. */
export interface TravellerSessions {
  removeAllOfTraveller(travellerId: number, transaction: Transaction): Promise<void>;
  ofTraveller(travellerId: number): Promise<readonly SessionTimes[]>;
}

export interface SessionTimes {
  readonly begun: Date;
  readonly lastUsed: Date;
  readonly ends: Date;
}

export function createTravellerSessions(database: Database): TravellerSessions {
  return {
    async removeAllOfTraveller(travellerId, transaction) {
      await database.preparedIn(transaction, 'DELETE FROM session WHERE traveller_id = ?', [travellerId]);
    },
    async ofTraveller(travellerId) {
      const rows = await database.prepared<Record<keyof SessionTimes, string>>(
        `SELECT UNIX_TIMESTAMP(created_at) AS begun, UNIX_TIMESTAMP(touched_at) AS lastUsed, UNIX_TIMESTAMP(expires_at) AS ends
         FROM session WHERE traveller_id = ? ORDER BY created_at`,
        [travellerId],
      );
      return rows.map(({ begun, lastUsed, ends }) => ({
        begun: instant(begun),
        lastUsed: instant(lastUsed),
        ends: instant(ends),
      }));
    },
  };
}

function instant(seconds: string): Date {
  return new Date(Number(seconds) * 1000);
}
