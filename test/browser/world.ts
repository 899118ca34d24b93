import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { createConnection } from 'mysql2/promise';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { type Mysql, startMysql } from '../support/mysql.ts';
import { type Smtp, startSmtp } from '../support/smtp.ts';
import { PATIENT, type RunningWebApp, startWebApp } from '../support/web-app.ts';

/** What all browser tests share: one MySQL, one mail server, one web app, one Chromium. Each test signs up travellers of its own. */
export interface World {
  readonly browser: Browser;
  readonly url: string;
  readonly databaseUri: string;
  readonly smtp: Smtp;
  /** Where a second application has lost its tables, or its database: made when it is first asked for. */
  broken(what: 'tables' | 'database'): Promise<string>;
  sql(statement: string, values: readonly unknown[]): Promise<void>;
}

let shared: World | undefined;
const ends: (() => Promise<unknown>)[] = [];

/** The world that the root hooks of hooks.test.ts have set up. */
export function world(): World {
  if (!shared) throw new Error('the browser tests have not been set up');
  return shared;
}

export async function setUp(): Promise<void> {
  const mysql = await startMysql();
  ends.unshift(() => mysql.stop());
  const smtp = await startSmtp();
  ends.unshift(() => smtp.stop());
  const mail = { SMTP_URL: smtp.url, MAIL_FROM: 'Star Trips <trips@stars.example>' };
  const webApp = await started(mysql.uri, (url) => ({
    ...PATIENT,
    ...mail,
    PUBLIC_URL: url,
    LIMIT_REGISTRATION: 'off',
  }));
  const browser = await launchBrowser();
  ends.unshift(() => browser.close());
  const broken = { tables: withoutTables, database: withoutDatabase };
  const made = new Map<string, Promise<string>>();
  shared = {
    browser,
    url: webApp.url,
    databaseUri: mysql.uri,
    smtp,
    broken(what) {
      const url = made.get(what) ?? broken[what](mysql);
      made.set(what, url);
      return url;
    },
    sql: (statement, values) => query(mysql.uri, statement, values),
  };
  process.stdout.write(`      MySQL ${mysql.version}, Chromium ${browser.version()}\n`);
}

export async function tearDown(): Promise<void> {
  shared = undefined;
  for (const end of ends.splice(0)) await end();
}

async function started(...how: Parameters<typeof startWebApp>): Promise<RunningWebApp> {
  const app = await startWebApp(...how);
  ends.unshift(() => app.stop());
  return app;
}

async function withoutTables(mysql: Mysql): Promise<string> {
  const uri = await mysql.createDatabase();
  const { url } = await started(uri);
  await query(uri, 'RENAME TABLE departure TO departed');
  return url;
}

/** The way to its database goes through here, until it ends. */
async function withoutDatabase(mysql: Mysql): Promise<string> {
  const sockets = new Set<Socket>();
  const way = createServer((socket) => {
    const onward = connect(mysql.port, '127.0.0.1');
    for (const one of [socket, onward]) sockets.add(one.on('error', () => undefined));
    socket.pipe(onward).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(way, 'listening');
  const uri = new URL(await mysql.createDatabase());
  uri.port = String((way.address() as AddressInfo).port);
  const { url } = await started(uri.href);
  way.close();
  for (const socket of sockets) socket.destroy();
  return url;
}

async function query(uri: string, statement: string, values: readonly unknown[] = []): Promise<void> {
  const connection = await createConnection({ uri });
  try {
    await connection.query(statement, [...values]);
  } finally {
    await connection.end();
  }
}
