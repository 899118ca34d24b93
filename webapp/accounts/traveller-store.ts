import type { Transaction } from 'sequelize';
import type { Database } from '../database/database.ts';
import { duplicateKeyOf } from '../database/errors.ts';
import { comparisonKey, type Taken } from './rules.ts';
import { Traveller } from './traveller.ts';

export interface NewTraveller {
  readonly username: string;
  readonly name: string;
  readonly emailAddress: string;
  readonly passwordHash: string;
}

export interface StoredTraveller {
  readonly id: number;
  readonly username: string;
  readonly name: string;
  readonly passwordHash: string;
}

export interface Profile {
  readonly username: string;
  readonly name: string;
  readonly emailAddress: string;
}

export interface TravellerStore {
  taken(username: string, emailAddress: string): Promise<Taken>;
  /** Tells what was taken meanwhile instead of adding. */
  add(traveller: NewTraveller): Promise<Taken | 'added'>;
  withUsername(username: string): Promise<StoredTraveller | undefined>;
  withId(id: number): Promise<(StoredTraveller & Profile) | undefined>;
  replacePasswordHash(id: number, from: string, to: string): Promise<void>;
  /** The traveller is locked and has no bookings any more. */
  remove(id: number, transaction: Transaction): Promise<void>;
}

export function createTravellerStore(database: Database): TravellerStore {
  const travellers = database.sequelize.getRepository(Traveller);
  return {
    async taken(username, emailAddress) {
      const [row] = await database.prepared<{ username: number; email: number }>(
        'SELECT EXISTS (SELECT 1 FROM traveller WHERE username_key = ?) AS username, EXISTS (SELECT 1 FROM traveller WHERE email_key = ?) AS email',
        [keyOf(username), keyOf(emailAddress)],
      );
      return { username: row?.username === 1, emailAddress: row?.email === 1 };
    },
    async add({ username, name, emailAddress, passwordHash }) {
      try {
        await database.write(() =>
          travellers.create({
            username,
            usernameKey: keyOf(username),
            name,
            emailAddress,
            emailKey: keyOf(emailAddress),
            passwordHash,
          }),
        );
        return 'added';
      } catch (error) {
        const key = duplicateKeyOf(error);
        if (key === undefined) throw error;
        return { username: key === 'traveller_username', emailAddress: key === 'traveller_email' };
      }
    },
    withUsername: (username) =>
      database.read(async () => {
        const row = await travellers.findOne({ where: { usernameKey: keyOf(username) } });
        return row ? { id: row.id, username: row.username, name: row.name, passwordHash: row.passwordHash } : undefined;
      }),
    withId: (id) =>
      database.read(async () => {
        const row = await travellers.findByPk(id);
        if (!row) return undefined;
        const { username, name, emailAddress, passwordHash } = row;
        return { id, username, name, emailAddress, passwordHash };
      }),
    async remove(id, transaction) {
      await travellers.destroy({ where: { id }, transaction });
    },
    async replacePasswordHash(id, from, to) {
      await database.write(() => travellers.update({ passwordHash: to }, { where: { id, passwordHash: from } }));
    },
  };
}

function keyOf(text: string): Buffer {
  return Buffer.from(comparisonKey(text));
}
