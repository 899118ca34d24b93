import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, ConnectionOptions, RowDataPacket } from 'mysql2';
import mysql2 from 'mysql2';
import { Sequelize, type ModelCtor } from 'sequelize-typescript';
import type { DatabaseAddress, DatabaseConfig } from '../config.ts';
import type { Logger } from '../log.ts';
import { type BreakerState, createBreaker } from './breaker.ts';
import { withDeadline } from './deadline.ts';
import { codeOf, isLockConflict, isLostConnection, isNotHere } from './errors.ts';
import { hasSchema } from './schema.ts';
import { tlsOptions } from './tls.ts';
import { runTransaction, type TransactionWork } from './transaction.ts';
import type { Ask } from './ask.ts';
import { tryToWrite } from './try-to-write.ts';

/** The only way to MySQL. All work ends within the deadlines of the configuration. */
export interface Database {
  readonly sequelize: Sequelize;
  /** Runs the work again if its connection was lost. */
  read<T>(work: () => Promise<T>): Promise<T>;
  /** Also runs again, so the work must be one statement that can run twice without harm. */
  idempotentWrite<T>(work: () => Promise<T>): Promise<T>;
  /** For one statement outside a transaction. Never runs it twice. */
  write<T>(work: () => Promise<T>): Promise<T>;
  /**
   * Runs one transaction (READ COMMITTED), and runs it again as a whole after a deadlock or a lost connection. A COMMIT whose answer was
   * lost may have succeeded, so `work` must recognise its own earlier effect. `rollBack(result)` rolls back and resolves to `result`.
   */
  transaction<T>(work: TransactionWork<T>): Promise<T>;
  state(): BreakerState;
  /** The number of reads, writes and transactions that run or wait for a connection. */
  underWay(): number;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly config: DatabaseConfig;
  readonly models: readonly ModelCtor[];
  readonly logger: Logger;
  /** Called each time that the database becomes usable. */
  readonly onUp?: () => void;
  /** Called each time that a probe finds the schema too old for this code. */
  readonly onOutdated?: () => void;
}

/** Probes begin at once. Until one succeeds, all work fails with DatabaseAwayError. */
export function createDatabase({ config, models, logger, onUp, onOutdated }: DatabaseOptions): Database {
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
      // open connections may lead to a server that takes no writes
      if (state === 'unwritable' || lastState === 'unwritable') endAll(connections);
      lastState = state;
      if (state === 'up') onUp?.();
      if (state === 'outdated') onOutdated?.();
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

/** Tries several times, because after a failover many connections of the pool are dead. */
async function repeated<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(isLostConnection(error) || isLockConflict(error)) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Each connection ends after its current statement, and the pool opens new ones. A transaction that is cut in two runs again. */
function endAll(connections: ReadonlySet<Connection>): void {
  // lets a transaction whose statement was just refused send its ROLLBACK first
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

/** Sets the character set too, because the server's `init_connect` may have changed it. */
function sessionSettings({ lockWaitSeconds }: DatabaseConfig): string {
  return `SET NAMES utf8mb4, SESSION innodb_lock_wait_timeout = ${lockWaitSeconds}, SESSION transaction_isolation = 'READ-COMMITTED'`;
}

/** Uses a connection of its own, so that it does not wait for a full or broken pool. */
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
    if (!(await hasSchema(ask))) return 'outdated';
    await tryToWrite(ask);
    return 'up';
  } finally {
    connection.destroy();
  }
}

export function connectionOptions({ tls, ...address }: DatabaseAddress): ConnectionOptions {
  return { ...address, ...tlsOptions(tls), charset: 'utf8mb4', timezone: 'Z', flags: ['-FOUND_ROWS'] };
}
