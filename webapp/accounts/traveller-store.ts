import { createHash } from 'node:crypto';
import { Op, type Transaction, type WhereOptions } from 'sequelize';
import type { Chore } from '../chores.ts';
import type { Database } from '../database/connection.ts';
import { duplicateKeyOf } from '../database/errors.ts';
import { emailIdentity, usernameIdentity } from './identity.ts';
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
  readonly emailAddress: string;
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
  /** Adds the traveller, or resolves to what somebody else has taken meanwhile. */
  add(traveller: NewTraveller): Promise<Taken | 'added'>;
  withUsername(username: string): Promise<StoredTraveller | undefined>;
  withEmailAddress(emailAddress: string): Promise<StoredTraveller | undefined>;
  withId(id: number): Promise<(StoredTraveller & Profile) | undefined>;
  /** Locks the traveller, if there is one. */
  lock(id: number, transaction: Transaction): Promise<StoredTraveller | undefined>;
  setPasswordHash(id: number, to: string, transaction: Transaction): Promise<void>;
  setName(id: number, name: string, transaction: Transaction): Promise<void>;
  /** Whether somebody else has this address, in any spelling. */
  isAddressOfAnother(emailAddress: string, id: number): Promise<boolean>;
  /** False, and nothing changes, if somebody else has this address. */
  setEmailAddress(id: number, emailAddress: string, transaction: Transaction): Promise<boolean>;
  /** False, and nothing changes, if the hash has been changed meanwhile. */
  replacePasswordHash(id: number, from: string, to: string): Promise<boolean>;
  /** Stores the identities of accounts that the release before this one made, unless another account has the same. */
  readonly fillIdentities: Chore;
  /** Also removes their belongings. The caller has locked the traveller and removed their bookings. */
  remove(id: number, transaction: Transaction): Promise<void>;
}

/** One kind of row that belongs to a single traveller. */
export interface Belongings {
  removeAllOfTraveller(travellerId: number, transaction: Transaction): Promise<void>;
}

export function createTravellerStore(database: Database, belongings: readonly Belongings[]): TravellerStore {
  const travellers = database.sequelize.getRepository(Traveller);
  const fill = async (identity: Partial<UsernameKeys & EmailKeys>, where: WhereOptions) => {
    try {
      await database.idempotentWrite(() => travellers.update(identity, { where }));
    } catch (error) {
      if (duplicateKeyOf(error) === undefined) throw error;
    }
  };
  return {
    async taken(username, emailAddress) {
      const [name, address] = [usernameKeys(username), emailKeys(emailAddress)];
      const where = { [Op.or]: [...alternatives(name), ...alternatives(address)] };
      const rows = await database.read(() => travellers.findAll({ where }));
      return {
        username: rows.some((row) => hasUsername(row, name)),
        emailAddress: rows.some((row) => hasAddress(row, address)),
      };
    },
    async add({ username, name, emailAddress, passwordHash }) {
      const keys = { ...usernameKeys(username), ...emailKeys(emailAddress) };
      try {
        await database.write(() => travellers.create({ username, name, emailAddress, passwordHash, ...keys }));
        return 'added';
      } catch (error) {
        const index = duplicateKeyOf(error);
        if (index === undefined) throw error;
        return { username: USERNAME_INDEXES.has(index), emailAddress: EMAIL_INDEXES.has(index) };
      }
    },
    async withUsername(username) {
      const keys = usernameKeys(username);
      const rows = await database.read(() => travellers.findAll({ where: { [Op.or]: alternatives(keys) } }));
      return stored(rows.find((row) => row.usernameKey.equals(keys.usernameKey)) ?? rows[0]);
    },
    async withEmailAddress(emailAddress) {
      const keys = emailKeys(emailAddress);
      const rows = await database.read(() => travellers.findAll({ where: { [Op.or]: alternatives(keys) } }));
      return stored(rows.find((row) => row.emailKey.equals(keys.emailKey)) ?? rows[0]);
    },
    withId: (id) =>
      database.read(async () => {
        const row = await travellers.findByPk(id);
        if (!row) return undefined;
        const { username, name, emailAddress, passwordHash, createdAt } = row;
        return { id, username, name, emailAddress, passwordHash, createdAt };
      }),
    async fillIdentities() {
      const missing = { [Op.or]: [{ usernameIdentity: null }, { emailIdentity: null }] };
      let rows: Traveller[];
      let last = 0;
      do {
        const where = { id: { [Op.gt]: last }, ...missing };
        rows = await database.read(() => travellers.findAll({ where, order: ['id'], limit: BATCH }));
        for (const row of rows) {
          const { id, usernameKey, emailKey } = row;
          const [name, address] = [usernameKeys(row.username), emailKeys(row.emailAddress)];
          if (!row.usernameIdentity) await fill({ usernameIdentity: name.usernameIdentity }, { id, usernameKey });
          if (!row.emailIdentity) await fill({ emailIdentity: address.emailIdentity }, { id, emailKey });
        }
        last = rows.at(-1)?.id ?? last;
      } while (rows.length === BATCH);
    },
    async remove(id, transaction) {
      await travellers.destroy({ where: { id }, transaction });
      for (const one of belongings) await one.removeAllOfTraveller(id, transaction);
    },
    lock: async (id, transaction) => stored(await travellers.findByPk(id, { transaction, lock: true })),
    async setPasswordHash(id, to, transaction) {
      await travellers.update({ passwordHash: to }, { where: { id }, transaction });
    },
    async setName(id, name, transaction) {
      await travellers.update({ name }, { where: { id }, transaction });
    },
    async isAddressOfAnother(emailAddress, id) {
      const where = { id: { [Op.ne]: id }, [Op.or]: alternatives(emailKeys(emailAddress)) };
      return (await database.read(() => travellers.findOne({ where }))) !== null;
    },
    async setEmailAddress(id, emailAddress, transaction) {
      try {
        await travellers.update({ emailAddress, ...emailKeys(emailAddress) }, { where: { id }, transaction });
        return true;
      } catch (error) {
        if (!EMAIL_INDEXES.has(duplicateKeyOf(error) ?? '')) throw error;
        return false;
      }
    },
    async replacePasswordHash(id, from, to) {
      const where = { id, passwordHash: from };
      const [affected] = await database.idempotentWrite(() => travellers.update({ passwordHash: to }, { where }));
      return affected === 1;
    },
  };
}

function stored(row: Traveller | null | undefined): StoredTraveller | undefined {
  if (!row) return undefined;
  const { id, username, name, emailAddress, passwordHash } = row;
  return { id, username, name, emailAddress, passwordHash };
}

const BATCH = 500;
const USERNAME_INDEXES: ReadonlySet<string> = new Set(['traveller_username', 'traveller_username_identity']);
const EMAIL_INDEXES: ReadonlySet<string> = new Set(['traveller_email', 'traveller_email_identity']);

/** An account made by the release before this one has only the older key, until fillIdentities stores its identity. */
type UsernameKeys = Pick<Traveller, 'usernameKey'> & { readonly usernameIdentity: Buffer };
type EmailKeys = Pick<Traveller, 'emailKey'> & { readonly emailIdentity: Buffer };

function usernameKeys(username: string): UsernameKeys {
  return { usernameKey: Buffer.from(comparisonKey(username)), usernameIdentity: sha256(usernameIdentity(username)) };
}

function emailKeys(emailAddress: string): EmailKeys {
  return { emailKey: Buffer.from(comparisonKey(emailAddress)), emailIdentity: sha256(emailIdentity(emailAddress)) };
}

/** A condition for each of the keys: any of them may match. */
function alternatives(keys: UsernameKeys | EmailKeys): WhereOptions[] {
  return Object.entries(keys).map(([column, key]) => ({ [column]: key }));
}

function hasUsername(row: Traveller, { usernameKey, usernameIdentity: identity }: UsernameKeys): boolean {
  return row.usernameKey.equals(usernameKey) || row.usernameIdentity?.equals(identity) === true;
}

function hasAddress(row: Traveller, { emailKey, emailIdentity: identity }: EmailKeys): boolean {
  return row.emailKey.equals(emailKey) || row.emailIdentity?.equals(identity) === true;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
