import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { Umzug, type UmzugStorage } from 'umzug';
import type { DatabaseAddress } from '../config.ts';
import type { Logger } from '../log.ts';
import { connectionOptions } from './connection.ts';
import { BusyError } from './errors.ts';
import { migrations } from './migrations/index.ts';
import { SCHEMA_VERSION } from './schema.ts';
import { fitVersion } from './version.ts';

export interface Migrated {
  readonly schemaVersion: string;
  /** As the server reports it, e.g. `8.4.7`. */
  readonly databaseVersion: string;
}

/**
 * Brings the schema to SCHEMA_VERSION. Several processes may run it at once: the first to get the lock does the work, and the others
 * then find it done. The lock belongs to the connection, so it is free again when the process ends, even after a crash.
 */
export async function migrate(address: DatabaseAddress, logger: Logger, lockWaitSeconds = 60): Promise<Migrated> {
  const connection = await createConnection({ ...connectionOptions(address), connectTimeout: 5000 });
  try {
    const databaseVersion = await fitVersion(connection);
    await takeLock(connection, address.database, lockWaitSeconds);
    await connection.query(
      'CREATE TABLE IF NOT EXISTS schema_migration (name VARCHAR(100) NOT NULL PRIMARY KEY, executed_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP)',
    );
    const umzug = new Umzug({
      migrations: migrations.map((migration) => ({ name: migration.name, up: () => migration.up(connection) })),
      storage: storageIn(connection),
      logger: undefined,
    });
    umzug.on('migrated', ({ name }) => {
      logger.info('Migration applied', { migration: name });
    });
    await umzug.up();
    return { schemaVersion: SCHEMA_VERSION, databaseVersion };
  } finally {
    await connection.end();
  }
}

async function takeLock(connection: Connection, database: string, waitSeconds: number): Promise<void> {
  const name = `migrate:${database}`.slice(0, 64);
  const [rows] = await connection.query<RowDataPacket[]>('SELECT GET_LOCK(?, ?) AS taken', [name, waitSeconds]);
  if (rows[0]?.taken !== 1) throw new BusyError(`another migration held the lock for ${waitSeconds} s`);
}

function storageIn(connection: Connection): UmzugStorage {
  return {
    async logMigration({ name }) {
      await connection.query('INSERT INTO schema_migration (name) VALUES (?)', [name]);
    },
    async unlogMigration({ name }) {
      await connection.query('DELETE FROM schema_migration WHERE name = ?', [name]);
    },
    executed: async () => {
      const [rows] = await connection.query<RowDataPacket[]>('SELECT name FROM schema_migration ORDER BY name');
      return rows.map((row) => String(row.name));
    },
  };
}
