import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionOptions, ResultSetHeader, RowDataPacket } from 'mysql2';
import type { Connection } from 'mysql2';
import mysql2 from 'mysql2';
import type { Transaction } from 'sequelize';
import { Sequelize, type ModelCtor } from 'sequelize-typescript';
import type { DatabaseAddress, DatabaseConfig } from '../config.ts';
import type { Logger } from '../log.ts';
import { type Breaker, type BreakerState, createBreaker } from './breaker.ts';
import { BusyError, DatabaseAwayError, isLockConflict, isLostConnection, isMissingTable } from './errors.ts';
import { connectionOf, PlainTransaction } from './plain-transaction.ts';
import { missingMigrations } from './schema.ts';
import { tlsOptions } from './tls.ts';

/** The only way to MySQL. Everything asked of it ends within the deadlines of its configuration. */
export interface Database {
  readonly sequelize: Sequelize;
  /** Run again where its connection ended. */
  read<T>(work: () => Promise<T>): Promise<T>;
  /** One statement on its own, never run twice. */
  write<T>(work: () => Promise<T>): Promise<T>;
  /**
   * One transaction (READ COMMITTED), run again as a whole after a deadlock or a lost connection: `work` must find its own
   * earlier effect, as its commit may have succeeded unseen. `rollBack` undoes it and is what it then resolves to.
   */
  transaction<T>(work: TransactionWork<T>): Promise<T>;
  /** One prepared statement past the ORM, for what every request does. */
  prepared<T>(sql: string, values: readonly PreparedValue[]): Promise<T[]>;
  /** The same for a statement that writes; resolves to MySQL's affected rows. Like `prepared`, it may run more than once. */
  change(sql: string, values: readonly PreparedValue[]): Promise<number>;
  /** One prepared statement of a transaction, past the ORM: its rows, or MySQL's word on what it wrote. */
  preparedIn<T extends object>(transaction: Transaction, sql: string, values: readonly PreparedValue[]): Promise<T>;
  state(): BreakerState;
  pool(): { readonly size: number; readonly used: number; readonly waiting: number };
  close(): Promise<void>;
}

export type TransactionWork<T> = (transaction: Transaction, rollBack: (outcome: T) => never) => Promise<T>;

export type PreparedValue = string | number | Date | Buffer | null;

export interface DatabaseOptions {
  readonly config: DatabaseConfig;
  readonly models: readonly ModelCtor[];
  readonly logger: Logger;
  /** Called whenever the database has become fit for use. */
  readonly onUp?: () => void;
}

/** Probes begin at once; until the first succeeds everything is refused with DatabaseAwayError. */
export function createDatabase({ config, models, logger, onUp }: DatabaseOptions): Database {
  const sequelize = createSequelize(config, models, () => breaker.suspect());
  const breaker = createBreaker({
    probe: () => probe(config),
    intervalMs: PROBE_INTERVAL_MS,
    trustMs: config.queryTimeoutMs,
    onChange: (state, error) => {
      logger.log(state === 'up' ? 'info' : 'warn', 'Database state changed', { state, error });
      if (state === 'up') onUp?.();
    },
  });
  breaker.start();
  return {
    sequelize,
    read: (work) => breaker.run(() => again(work)),
    write: (work) => breaker.run(work),
    transaction: (work) => transaction(sequelize, breaker, work),
    prepared: (sql, values) => breaker.run(() => again(() => prepared(sequelize, sql, values))),
    change: async (sql, values) => {
      const result = await breaker.run(() => again(() => prepared<unknown>(sequelize, sql, values)));
      return (result as unknown as ResultSetHeader).affectedRows;
    },
    preparedIn: (transaction, sql, values) => execute(connectionOf(transaction), sql, values),
    state: () => breaker.state(),
    pool: () => poolOf(sequelize),
    close: async () => {
      breaker.stop();
      await Promise.race([sequelize.close(), sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    },
  };
}

const PROBE_INTERVAL_MS = 500;
const CLOSE_TIMEOUT_MS = 2000;
const ATTEMPTS = 5;

async function transaction<T>(sequelize: Sequelize, breaker: Breaker, work: TransactionWork<T>): Promise<T> {
  const rollBack = (outcome: T): never => {
    throw new RolledBack(outcome);
  };
  return breaker.run(async () => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(sequelize, (transaction) => work(transaction, rollBack));
      } catch (error) {
        if (error instanceof RolledBack) return error.outcome as T;
        if (!isLockConflict(error) && !isLostConnection(error)) throw error;
        if (breaker.state() !== 'up') throw new DatabaseAwayError({ cause: error });
        if (attempt === ATTEMPTS) throw new BusyError('transactions that wait for one another', { cause: error });
        await sleep(Math.random() * 10 * 2 ** attempt);
      }
    }
  });
}

async function once<T>(sequelize: Sequelize, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  const transaction = await PlainTransaction.begun(sequelize);
  try {
    const outcome = await work(transaction);
    await transaction.commit();
    return outcome;
  } catch (error) {
    // that of a connection that is lost fails, and ends the connection
    if (!transaction.hasEnded()) await transaction.rollback().catch(() => undefined);
    throw error;
  }
}

class RolledBack extends Error {
  readonly outcome: unknown;
  constructor(outcome: unknown) {
    super('Rolled back');
    this.outcome = outcome;
  }
}

/** Where many connections ended at once, the next one of the pool may be another of these. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isLostConnection(error) || attempt === ATTEMPTS) throw error;
    }
  }
}

async function prepared<T>(sequelize: Sequelize, sql: string, values: readonly PreparedValue[]): Promise<T[]> {
  const connection = (await sequelize.connectionManager.getConnection({ type: 'read' })) as Connection;
  try {
    return await execute(connection, sql, values);
  } finally {
    sequelize.connectionManager.releaseConnection(connection);
  }
}

function execute<T>(connection: Connection, sql: string, values: readonly PreparedValue[]): Promise<T> {
  return new Promise((resolve, reject) => {
    connection.execute(sql, [...values], (error, result) => {
      if (error) reject(error);
      else resolve(result as T);
    });
  });
}

function createSequelize(config: DatabaseConfig, models: readonly ModelCtor[], onOverdue: () => void): Sequelize {
  const { host, port, user, password, database, tls } = config.connection;
  const session = `SET SESSION time_zone = '+00:00', SESSION innodb_lock_wait_timeout = ${config.lockWaitSeconds}, SESSION transaction_isolation = 'READ-COMMITTED'`;
  return new Sequelize({
    dialect: 'mysql',
    // Sequelize knows no deadline for a query: without one a frozen server would hold every request for ever
    dialectModule: {
      createConnection: (options: ConnectionOptions) =>
        withDeadline(mysql2.createConnection(options), config.queryTimeoutMs, onOverdue),
    },
    host,
    port,
    username: user,
    password,
    database,
    dialectOptions: { connectTimeout: config.connectTimeoutMs, charset: 'utf8mb4', ...tlsOptions(tls) },
    ...NOT_ASKED,
    logging: false,
    pool: { max: config.poolSize, min: 1, acquire: 10_000, idle: 60_000, evict: 10_000 },
    models: [...models],
    repositoryMode: true,
    hooks: {
      async afterConnect(connection) {
        await (connection as Connection).promise().query(session);
      },
    },
  });
}

/** What Sequelize would send statements of its own for: the server's version, and the time zone, which `afterConnect` sets. */
const NOT_ASKED = { databaseVersion: '8.0.16', keepDefaultTimezone: true };

/**
 * Ends the connection of a statement that has not been answered in time, which then fails with ETIMEDOUT; tells half way that
 * the answer is overdue. Where this process itself was held up, the answer may be there unread: it is looked for first.
 */
function withDeadline(connection: Connection, timeoutMs: number, onOverdue?: () => void): Connection {
  for (const method of ['query', 'execute'] as const) {
    const original = connection[method].bind(connection) as (...parameters: unknown[]) => unknown;
    const bounded = (...parameters: unknown[]) => {
      const callback = parameters.at(-1);
      if (typeof callback !== 'function') return original(...parameters);
      let answered = false;
      let timer = setTimeout(() => {
        onOverdue?.();
        timer = setTimeout(() => setImmediate(giveUp), timeoutMs / 2);
      }, timeoutMs / 2);
      const giveUp = () => {
        if (answered) return;
        const error = Object.assign(new Error('MySQL did not answer in time'), { code: 'ETIMEDOUT' });
        streamOf(connection).destroy(error);
      };
      const settled = (...results: unknown[]) => {
        answered = true;
        clearTimeout(timer);
        (callback as (...results: unknown[]) => void)(...results);
      };
      return original(...parameters.slice(0, -1), settled);
    };
    Object.defineProperty(connection, method, { value: bounded });
  }
  return connection;
}

function streamOf(connection: Connection): { destroy(error?: Error): void } {
  return (connection as unknown as { stream: { destroy(error?: Error): void } }).stream;
}

/** On a connection of its own, which a full or broken pool cannot keep waiting. */
async function probe(config: DatabaseConfig): Promise<'up' | 'outdated'> {
  const connection = withDeadline(
    mysql2.createConnection({ ...connectionOptions(config.connection), connectTimeout: config.connectTimeoutMs }),
    config.queryTimeoutMs,
  );
  connection.on('error', () => undefined);
  try {
    const executed = await new Promise<string[]>((resolve, reject) => {
      connection.query<RowDataPacket[]>('SELECT name FROM schema_migration', (error, rows) => {
        if (error) reject(error);
        else resolve(rows.map((row) => String(row.name)));
      });
    });
    return missingMigrations(executed).length === 0 ? 'up' : 'outdated';
  } catch (error) {
    if (isMissingTable(error)) return 'outdated';
    throw error;
  } finally {
    connection.destroy();
  }
}

export function connectionOptions({ tls, ...address }: DatabaseAddress): ConnectionOptions {
  return { ...address, ...tlsOptions(tls), charset: 'utf8mb4', timezone: 'Z', flags: ['-FOUND_ROWS'] };
}

function poolOf(sequelize: Sequelize): { size: number; used: number; waiting: number } {
  const { pool } = sequelize.connectionManager as unknown as {
    pool: { size: number; using: number; waiting: number };
  };
  return { size: pool.size, used: pool.using, waiting: pool.waiting };
}
