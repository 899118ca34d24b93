import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hash } from '@node-rs/argon2';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { root } from '../../../scripts/cluster/paths.ts';
import { freePorts } from '../../../scripts/cluster/ports.ts';
import { run } from '../../../scripts/cluster/run.ts';
import { type Mysql, startMysql } from '../../support/mysql.ts';
import { cookiesOf, KeptConnection, raw, type RawRequest } from './kept-connection.ts';
import { cpuMs } from './process-usage.ts';
import { type Shipped, shipped } from './shipped.ts';
import { CAPACITY } from './statements.ts';

export interface World {
  readonly mysql: Mysql;
  readonly uri: string;
  readonly sql: Connection;
  readonly travellers: readonly SignedIn[];
  readonly app: WebApp;
  /** A fresh process of the web app beside the one that is measured. */
  start(): Promise<WebApp>;
  stop(): Promise<void>;
}

export interface WebApp {
  readonly pid: number;
  readonly port: number;
  readonly probePort: number;
  /** From spawn to the first /readyz that is 200. */
  readonly started: { readonly cpuMs: number; readonly ms: number };
  stop(): void;
}

/** Values by name. */
export type Cookies = Readonly<Record<string, string>>;

export interface SignedIn {
  readonly id: number;
  readonly username: string;
  readonly cookies: Cookies;
  readonly token: string;
  readonly sessionHash: Buffer;
}

export const PASSWORD = 'a giraffe on the moon';
const TRAVELLERS = 200;

/** A MySQL, a migrated database, the web app on it as its image runs it, and travellers who are logged in. */
export async function createWorld(): Promise<World> {
  const mysql = await startMysql();
  const uri = await mysql.createDatabase('bench');
  const how = shipped();
  const secret = randomBytes(24).toString('hex');
  await run(process.execPath, [join(root, 'dist/webapp/migrate.js')], { env: { db_uri: uri }, timeoutMs: 60_000 });
  const sql = await createConnection({ uri, timezone: 'Z' });
  const start = () => startApp(how, { db_uri: uri, secret_key: secret, CAPACITY_PER_DEPARTURE: String(CAPACITY) });
  const app = await start();
  const travellers = await signedInTravellers(sql, app.port);
  return {
    mysql,
    uri,
    sql,
    app,
    travellers,
    start,
    async stop() {
      app.stop();
      await sql.end();
      await mysql.stop();
    },
  };
}

async function startApp({ env, flags }: Shipped, settings: Readonly<Record<string, string>>): Promise<WebApp> {
  const [port = 0, probePort = 0] = await freePorts(2);
  const log = drainedPipe();
  const begun = performance.now();
  const child = spawn(process.execPath, [...flags, join(root, 'dist/webapp/main.js')], {
    cwd: join(root, 'dist'),
    env: { ...env, ...settings, PORT: String(port), PROBE_PORT: String(probePort) },
    stdio: ['ignore', log.descriptor, 'inherit'],
  });
  log.handedDown();
  const killOnExit = () => child.kill('SIGKILL');
  process.on('exit', killOnExit);
  const pid = child.pid ?? 0;
  const stop = () => {
    process.off('exit', killOnExit);
    child.kill('SIGKILL');
    log.stop();
  };
  for (;;) {
    if (child.exitCode !== null || performance.now() > begun + 60_000) throw new Error('the web app did not start');
    const ready = await fetch(`http://127.0.0.1:${probePort}/readyz`).then(({ ok }) => ok, () => false); // prettier-ignore
    if (ready) return { pid, port, probePort, started: { cpuMs: cpuMs(pid), ms: performance.now() - begun }, stop };
    await sleep(10);
  }
}

/** What standard output is in a pod: a pipe that somebody reads. */
function drainedPipe() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const path = join(folder, 'log');
  execFileSync('mkfifo', [path]);
  const reader = spawn('sh', ['-c', 'exec cat < "$0" > /dev/null', path], { stdio: 'ignore' });
  const descriptor = openSync(path, 'w');
  return {
    descriptor,
    handedDown: () => closeSync(descriptor),
    stop() {
      reader.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function signedInTravellers(sql: Connection, port: number): Promise<readonly SignedIn[]> {
  const passwordHash = await hash(PASSWORD, { memoryCost: 7168, timeCost: 5, parallelism: 1 });
  const connection = new KeptConnection(port);
  const travellers: SignedIn[] = [];
  for (let index = 0; index < TRAVELLERS; index++) {
    const username = `traveller-${index}`;
    const email = `${username}@example.com`;
    await sql.execute(
      'INSERT INTO traveller (username, username_key, name, email_address, email_key, password_hash) VALUES (?, ?, ?, ?, ?, ?)',
      [username, Buffer.from(username), 'Ada', email, Buffer.from(email), passwordHash],
    );
    travellers.push(await logIn(connection, sql, username));
  }
  connection.close();
  return travellers;
}

async function logIn(connection: KeptConnection, sql: Connection, username: string): Promise<SignedIn> {
  const visitor = await visit(connection);
  const request = logInRequest(visitor, username);
  const loggedIn = await connection.ask(raw(request));
  if (loggedIn.status !== 303) throw new Error(`log-in was answered with ${loggedIn.status}`);
  const cookies = { ...request.cookies, ...cookiesOf(loggedIn) };
  const { body } = await connection.ask(raw({ path: '/logout', cookies }));
  const [rows] = await sql.query<RowDataPacket[]>(
    'SELECT t.id, s.id_hash FROM traveller t JOIN session s ON s.traveller_id = t.id WHERE t.username = ?',
    [username],
  );
  const id = Number(rows[0]?.id);
  // Without the alert, which is shown once.
  const kept = Object.fromEntries(Object.entries(cookies).filter(([name]) => !name.endsWith('alert')));
  return { id, username, cookies: kept, token: tokenIn(body), sessionHash: rows[0]?.id_hash as Buffer };
}

export interface Visitor {
  readonly cookies: Cookies;
  readonly token: string;
}

/** Somebody who has the log-in form before them. */
export async function visit(connection: KeptConnection): Promise<Visitor> {
  const page = await connection.ask(raw({ path: '/login' }));
  return { cookies: cookiesOf(page), token: tokenIn(page.body) };
}

export function logInRequest({ cookies, token }: Visitor, username: string): RawRequest {
  return {
    method: 'POST',
    path: '/login',
    cookies,
    form: { _csrf: token, username, password: PASSWORD, submit: 'Login' },
  };
}

function tokenIn(html: string): string {
  const token = /name="_csrf" value="([^"]+)"/.exec(html)?.[1];
  if (token === undefined) throw new Error('the page has no token');
  return token;
}
