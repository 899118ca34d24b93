import { Op, type Transaction } from 'sequelize';
import type { Database } from '../database/connection.ts';
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
  readonly createdAt: Date;
}

export interface TravellerStore {
  taken(username: string, emailAddress: string): Promise<Taken>;
  /** Tells what was taken meanwhile instead of adding. */
  add(traveller: NewTraveller): Promise<Taken | 'added'>;
  withUsername(username: string): Promise<StoredTraveller | undefined>;
  withEmailAddress(emailAddress: string): Promise<StoredTraveller | undefined>;
  withId(id: number): Promise<(StoredTraveller & Profile) | undefined>;
  /** Locks the traveller, where there is one. */
  lock(id: number, transaction: Transaction): Promise<StoredTraveller | undefined>;
  setPasswordHash(id: number, to: string, transaction: Transaction): Promise<void>;
  /** Does nothing where it has been changed meanwhile. */
  replacePasswordHash(id: number, from: string, to: string): Promise<void>;
  /** With all that belongs to them alone. The traveller is locked and has no bookings any more. */
  remove(id: number, transaction: Transaction): Promise<void>;
}

/** One kind of thing that belongs to travellers alone. */
export interface Belongings {
  removeAllOfTraveller(travellerId: number, transaction: Transaction): Promise<void>;
}

export function createTravellerStore(database: Database, belongings: readonly Belongings[]): TravellerStore {
  const travellers = database.sequelize.getRepository(Traveller);
  return {
    async taken(username, emailAddress) {
      const [usernameKey, emailKey] = [keyOf(username), keyOf(emailAddress)];
      const where = { [Op.or]: [{ usernameKey }, { emailKey }] };
      const rows = await database.read(() => travellers.findAll({ where }));
      return {
        username: rows.some((row) => row.usernameKey.equals(usernameKey)),
        emailAddress: rows.some((row) => row.emailKey.equals(emailKey)),
      };
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
      database.read(async () => stored(await travellers.findOne({ where: { usernameKey: keyOf(username) } }))),
    withEmailAddress: (emailAddress) =>
      database.read(async () => stored(await travellers.findOne({ where: { emailKey: keyOf(emailAddress) } }))),
    withId: (id) =>
      database.read(async () => {
        const row = await travellers.findByPk(id);
        if (!row) return undefined;
        const { username, name, emailAddress, passwordHash, createdAt } = row;
        return { id, username, name, emailAddress, passwordHash, createdAt };
      }),
    async remove(id, transaction) {
      await travellers.destroy({ where: { id }, transaction });
      for (const one of belongings) await one.removeAllOfTraveller(id, transaction);
    },
    lock: async (id, transaction) => stored(await travellers.findByPk(id, { transaction, lock: true })),
    async setPasswordHash(id, to, transaction) {
      await travellers.update({ passwordHash: to }, { where: { id }, transaction });
    },
    async replacePasswordHash(id, from, to) {
      const where = { id, passwordHash: from };
      await database.idempotentWrite(() => travellers.update({ passwordHash: to }, { where }));
    },
  };
}

function stored(row: Traveller | null): StoredTraveller | undefined {
  return row ? { id: row.id, username: row.username, name: row.name, passwordHash: row.passwordHash } : undefined;
}

function keyOf(text: string): Buffer {
  return Buffer.from(comparisonKey(text));
}
