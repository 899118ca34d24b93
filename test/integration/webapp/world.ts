import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createConnection } from 'mysql2/promise';
import { createApp } from '../../../webapp/app.ts';
import { systemClock, type Clock } from '../../../webapp/clock.ts';
import { readConfig } from '../../../webapp/config.ts';
import type { Database } from '../../../webapp/database/connection.ts';
import { migrate } from '../../../webapp/database/run-migrations.ts';
import { createLogger, type Logger } from '../../../webapp/log.ts';
import type { MailOutbox } from '../../../webapp/mail/outbox.ts';
import { compose } from '../../../webapp/services.ts';
import { type Mysql, startMysql } from '../../support/mysql.ts';
import { PATIENT } from '../../support/web-app.ts';
import { until } from '../../../scripts/cluster/run.ts';
import type { Smtp } from '../../support/smtp.ts';
import { type RouteEntry, routesOf } from './routes.ts';
import { webClient, type WebClient } from './web-client.ts';

let shared: Mysql | undefined;

/** The MySQL that the root hooks of hooks.test.ts started; who stops or freezes one starts one of their own. */
export function mysql(): Mysql {
  if (!shared) throw new Error('the integration tests have not been set up');
  return shared;
}

export async function setUp(): Promise<void> {
  shared = await startMysql();
  process.stdout.write(`      MySQL ${shared.version}\n`);
}

export async function tearDown(): Promise<void> {
  await shared?.stop();
  shared = undefined;
}

export const quiet = createLogger('error');

export type Row = Readonly<Record<string, unknown>>;

export interface TestApp {
  readonly url: string;
  readonly uri: string;
  readonly database: Database;
  /** Every route that it has, read from its routers. */
  readonly routes: readonly RouteEntry[];
  readonly outbox: MailOutbox;
  /** What the process does now and then for the waiting lists. */
  moveUp(): Promise<void>;
  /** As Prometheus reads them. */
  metrics(): Promise<string>;
  /** Measured anew. */
  mismatchedGauge(): Promise<number | undefined>;
  client(): WebClient;
  /** A client that is registered and logged in; its username is new each time. */
  traveller(name?: string): Promise<WebClient & { readonly username: string }>;
  rows(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** How many transactions of the server wait for a row's lock. */
  lockWaits(): Promise<number>;
  /** What main.ts does from time to time. */
  sweep(): Promise<void>;
  stop(): Promise<void>;
}

export interface TestAppOptions {
  readonly uri?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly onDatabaseUp?: () => void;
}

/** The application over a real MySQL, in this process; on a migrated database of its own unless told which. */
export async function startApp({
  uri,
  env,
  clock = systemClock,
  logger = quiet,
  onDatabaseUp = () => undefined,
}: TestAppOptions = {}): Promise<TestApp> {
  const database = uri ?? (await migratedDatabase());
  const config = readConfig({
    db_uri: database,
    secret_key: 'only for tests 0123456789',
    COOKIE_PREFIX: 'test',
    ...PATIENT,
    ...env,
  });
  const composition = compose({ config, clock, logger, onDatabaseUp });
  const app = createApp({ services: composition.services, config });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await until('the database to be up', 10_000, () => Promise.resolve(composition.database.state() === 'up'));
  composition.mailSender?.start();
  const client = () => webClient(url);
  const rows = async (sql: string, values: readonly unknown[] = []) => {
    const connection = await createConnection({ uri: database, timezone: 'Z' });
    try {
      return (await connection.query(sql, [...values]))[0] as Row[];
    } finally {
      await connection.end();
    }
  };
  return {
    url,
    uri: database,
    database: composition.database,
    moveUp: () => composition.services.sweepWaitlists(),
    metrics: () => composition.services.metrics.registry.metrics(),
    async mismatchedGauge() {
      const { checkCounters, metrics } = composition.services;
      // its statement is given half a second, which a busy machine may need for other things
      await checkCounters().catch(() => checkCounters()).catch(() => undefined); // prettier-ignore
      return (await metrics.mismatchedDepartures.get()).values[0]?.value;
    },
    routes: routesOf(app),
    outbox: composition.outbox,
    client,
    traveller: (name) => newTraveller(client(), name),
    rows,
    lockWaits: async () => Number((await rows("SHOW STATUS LIKE 'Innodb_row_lock_current_waits'"))[0]?.Value),
    async sweep() {
      await composition.services.sessionStore.sweep();
      await composition.services.throttle.sweep();
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      await composition.mailSender?.stop(10_000);
      await composition.database.close();
    },
  };
}

/** The settings of an app that sends mail by this server, and looks often for what is due. */
export function mailing(smtp: Smtp, more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return {
    SMTP_URL: smtp.url,
    SMTP_CA: smtp.authority,
    MAIL_FROM: 'Vaçances Étoilées <trips@stars.example>',
    PUBLIC_URL: 'https://stars.example',
    MAIL_INTERVAL_SECONDS: '1',
    SMTP_TIMEOUT_SECONDS: '5',
    ...more,
  };
}

export async function migratedDatabase(server: Mysql = mysql()): Promise<string> {
  const uri = await server.createDatabase();
  await migrate(readConfig({ db_uri: uri, secret_key: 'only for tests 0123456789' }).database.connection, quiet);
  return uri;
}

export const PASSWORD = 'a giraffe on the moon';

let count = 0;

export async function newTraveller(
  client: WebClient,
  name = 'Ada',
): Promise<WebClient & { readonly username: string }> {
  const username = `traveller-${process.pid}-${++count}`;
  const registered = await client.submit('/register', '/register', {
    username,
    name,
    email_address: `${username}@example.com`,
    password: PASSWORD,
    confirm_password: PASSWORD,
  });
  const loggedIn = await client.submit('/login', '/login', { username, password: PASSWORD });
  if (registered.status !== 303 || loggedIn.status !== 303) {
    throw new Error(`Registered with ${registered.status}, logged in with ${loggedIn.status}`);
  }
  return { ...client, username };
}

export function aTrip(overrides: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return {
    age: '33',
    previous_experience: 'No',
    destination: 'TRAPPIST-1 System',
    departure_date: '2033-03-03',
    return_date: '2033-03-30',
    blackhole_visit: 'Yes',
    ...overrides,
  };
}

/** Departures whose counter is not the number of their bookings and of the places kept from it: there must never be any. */
export async function mismatches(app: Pick<TestApp, 'rows'>): Promise<unknown[]> {
  return app.rows(`
    SELECT * FROM (
      SELECT destination_id, departure_date, booked, capacity,
        (SELECT COUNT(*) FROM booking b WHERE b.destination_id = d.destination_id
          AND b.departure_date = d.departure_date AND b.cancelled_at IS NULL) AS bookings,
        (SELECT COUNT(*) FROM waiting_list w WHERE w.destination_id = d.destination_id
          AND w.departure_date = d.departure_date AND w.offered_until IS NOT NULL) AS kept
      FROM departure d) AS counted
    WHERE booked <> bookings + kept OR booked > capacity`);
}
