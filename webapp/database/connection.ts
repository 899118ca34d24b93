import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, ConnectionOptions, RowDataPacket } from 'mysql2';
import mysql2 from 'mysql2';
import { Sequelize, type ModelCtor } from 'sequelize-typescript';
import type { DatabaseAddress, DatabaseConfig } from '../config.ts';
import type { Logger } from '../log.ts';
import { type BreakerState, createBreaker } from './breaker.ts';
import { withDeadline } from './deadline.ts';
import { codeOf, isLockConflict, isLostConnection, isMissingTable, isNotHere } from './errors.ts';
import { missingMigrations } from './schema.ts';
import { tlsOptions } from './tls.ts';
import { runTransaction, type TransactionWork } from './transaction.ts';
import { type Ask, tryToWrite } from './try-to-write.ts';

/** The only way to MySQL. All work ends within the deadlines of the configuration. */
export interface Database {
  readonly sequelize: Sequelize;
  /** Runs the work again where its connection ended. */
  read<T>(work: () => Promise<T>): Promise<T>;
  /** The same for one statement that may write twice without harm. */
  idempotentWrite<T>(work: () => Promise<T>): Promise<T>;
  /** One statement on its own, which never runs twice. */
  write<T>(work: () => Promise<T>): Promise<T>;
  /**
   * One transaction (READ COMMITTED), run again as a whole after a deadlock or a lost connection: `work` must find its own
   * earlier effect, as its commit may have succeeded unseen. `rollBack` undoes it and is what it then resolves to.
   */
  transaction<T>(work: TransactionWork<T>): Promise<T>;
  state(): BreakerState;
  /** How many reads, writes and transactions run now or wait for a connection. */
  underWay(): number;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly config: DatabaseConfig;
  readonly models: readonly ModelCtor[];
  readonly logger: Logger;
  /** Called whenever the database has become fit for use. */
  readonly onUp?: () => void;
}

/** Probes begin at once; until the first succeeds everything is refused with DatabaseAwayError. */
export function createDatabase({ config, models, logger, onUp }: DatabaseOptions): Database {
  const connections = new Set<Connection>();
  const sequelize = createSequelize(config, models, connections, () => breaker.suspect());
  let lastState: BreakerState = 'starting';
  const breaker = createBreaker({
    probe: () => probe(config),
    intervalMs: PROBE_INTERVAL_MS,
    restMs: REST_MS,
    trustMs: config.queryTimeoutMs,
    onChange: (state, error) => {
      logger.log(state === 'up' ? 'info' : 'warn', 'Database state changed', { state, error });
      // those opened before and meanwhile may lead to a server that takes no writes
      if (state === 'unwritable' || lastState === 'unwritable') endAll(connections);
      lastState = state;
      if (state === 'up') onUp?.();
    },
    onRefusal: (error) => {
      logger.warn('MySQL refused a statement', { code: codeOf(error), error });
      if (isNotHere(error) && breaker.state() === 'up') endAll(connections);
    },
  });
  breaker.start();
  const repeatable = <T>(work: () => Promise<T>) => breaker.run(() => repeated(work));
  return {
    sequelize,
    read: repeatable,
    idempotentWrite: repeatable,
    write: (work) => breaker.run(work),
    transaction: (work) => runTransaction(sequelize, breaker, work),
    state: () => breaker.state(),
    underWay: () => breaker.underWay(),
    close: async () => {
      breaker.stop();
      await Promise.race([sequelize.close(), sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    },
  };
}

const PROBE_INTERVAL_MS = 500;
const REST_MS = 30_000;
const CLOSE_TIMEOUT_MS = 2000;
const ATTEMPTS = 5;

/** Where many connections ended at once, the next one of the pool may be another of these. */
async function repeated<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(isLostConnection(error) || isLockConflict(error)) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Each ends after the statement that it is asked now. The pool opens new ones; a transaction that is cut in two runs again. */
function endAll(connections: ReadonlySet<Connection>): void {
  // a transaction whose statement was just refused first sends its ROLLBACK
  setImmediate(() => {
    for (const connection of connections) connection.end(() => undefined);
  });
}

function createSequelize(
  config: DatabaseConfig,
  models: readonly ModelCtor[],
  connections: Set<Connection>,
  onOverdue: () => void,
): Sequelize {
  const { host, port, user, password, database, tls } = config.connection;
  const settings = sessionSettings(config);
  return new Sequelize({
    dialect: 'mysql',
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
    logging: false,
    pool: { max: config.poolSize, min: 1, acquire: 10_000, idle: 60_000, evict: 10_000 },
    models: [...models],
    repositoryMode: true,
    hooks: {
      async afterConnect(opened) {
        const connection = opened as Connection;
        await connection.promise().query(settings);
        connections.add(connection);
      },
      beforeDisconnect(connection) {
        connections.delete(connection as Connection);
      },
    },
  });
}

/** The character set too, as a server's `init_connect` may have changed it. */
function sessionSettings({ lockWaitSeconds }: DatabaseConfig): string {
  return `SET NAMES utf8mb4, SESSION innodb_lock_wait_timeout = ${lockWaitSeconds}, SESSION transaction_isolation = 'READ-COMMITTED'`;
}

/** On a connection of its own, which a full or broken pool cannot keep waiting. */
async function probe(config: DatabaseConfig): Promise<'up' | 'outdated'> {
  const connection = withDeadline(
    mysql2.createConnection({ ...connectionOptions(config.connection), connectTimeout: config.connectTimeoutMs }),
    config.queryTimeoutMs,
  );
  connection.on('error', () => undefined);
  const ask: Ask = (sql) =>
    new Promise((resolve, reject) => {
      connection.query<RowDataPacket[]>(sql, (error, rows) => {
        if (error) reject(error);
        else resolve(rows);
      });
    });
  try {
    const executed = await ask('SELECT name FROM schema_migration');
    if (missingMigrations(executed.map((row) => String(row.name))).length > 0) return 'outdated';
    await tryToWrite(ask);
    return 'up';
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
