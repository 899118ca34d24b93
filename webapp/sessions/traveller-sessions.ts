import type { Transaction } from 'sequelize';
import type { Database } from '../database/connection.ts';
import { Session } from './session.ts';

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
  const sessions = database.sequelize.getRepository(Session);
  return {
    async removeAllOfTraveller(travellerId, transaction) {
      await sessions.destroy({ where: { travellerId }, transaction });
    },
    async ofTraveller(travellerId) {
      const query = { where: { travellerId }, order: ['createdAt'] };
      const rows = await database.read(() => sessions.findAll(query));
      return rows.map(({ createdAt, touchedAt, expiresAt }) => ({
        begun: createdAt,
        lastUsed: touchedAt,
        ends: expiresAt,
      }));
    },
  };
}
