import { randomBytes } from 'node:crypto';
import { existsSync, openSync } from 'node:fs';
import { chown, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { createConnection } from 'mysql2/promise';
import { isRoot } from '../../scripts/cluster/debian.ts';
import { MYSQL_UID, mysqlTree } from '../../scripts/cluster/mysql-tree.ts';
import { freePorts } from '../../scripts/cluster/ports.ts';
import { boundToThis, run, succeeds, until, which } from '../../scripts/cluster/run.ts';
import { UnavailableError } from '../../scripts/cluster/unavailable.ts';

export interface MysqlOptions {
  /** Server settings, as on mysqld's command line without the dashes: `{ 'max-connections': '20' }`. */
  readonly configuration?: Readonly<Record<string, string>>;
  /** A folder whose files the server may read, under the same path. */
  readonly folder?: string;
}

/** A real MySQL server of a test's own, on a free loopback port. */
export interface Mysql {
  /** `mysql://…` of an administrator, with an empty database named `test`. */
  readonly uri: string;
  readonly port: number;
  readonly version: string;
  /** mysqld's process, for signals; undefined where an engine runs it in a machine of its own. Changes with restart(). */
  readonly pid: number | undefined;
  /** Makes an empty database and tells its uri. */
  createDatabase(name?: string): Promise<string>;
  /** Ends the server at once, as a lost node would; the data stay for restart(). */
  kill(): Promise<void>;
  /** Stops it answering while its connections stay open, until thaw(). */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Starts it again, on the same port and data, after an orderly stop where it still runs. */
  restart(): Promise<void>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

export const MYSQL_IMAGE = 'mysql:8.4';

/**
 * Starts MySQL from what is there: Docker or Podman with the official image; else a mysqld on the PATH; else one from
 * Debian packages, kept in the cache folder.
 */
export async function startMysql(options: MysqlOptions = {}): Promise<Mysql> {
  const password = randomBytes(12).toString('hex');
  const [port = 0] = await freePorts(1);
  const settings = Object.entries({ ...LEAN, ...options.configuration }).map(([name, value]) => `--${name}=${value}`);
  const server = await chooseServer(port, password, settings, options.folder);
  const uri = (database: string) => `mysql://root:${password}@127.0.0.1:${port}/${database}`;
  const query = async (sql: string): Promise<unknown> => {
    const connection = await createConnection({ uri: uri('mysql'), connectTimeout: 5000 });
    try {
      return (await connection.query(sql))[0];
    } finally {
      await connection.end();
    }
  };
  const answers = async () => {
    if (!(await server.alive())) throw new Error(`MySQL ended while it started:\n${await server.log()}`);
    return query('SELECT 1').then(
      () => true,
      () => false,
    );
  };
  try {
    await server.start();
    await until('MySQL to answer', START_TIMEOUT_MS, answers);
    await query('CREATE DATABASE IF NOT EXISTS test');
    const [row] = (await query('SELECT VERSION() AS version')) as { version: string }[];
    return {
      uri: uri('test'),
      port,
      version: row?.version ?? '',
      get pid() {
        return server.pid();
      },
      async createDatabase(name = `test_${randomBytes(6).toString('hex')}`) {
        await query(`CREATE DATABASE \`${name}\``);
        return uri(name);
      },
      kill: () => server.signal('KILL'),
      freeze: () => server.signal('STOP'),
      thaw: () => server.signal('CONT'),
      async restart() {
        if (await server.alive()) await server.signal('TERM');
        await server.start();
        await until('MySQL to answer', START_TIMEOUT_MS, answers);
      },
      async stop() {
        await server.remove();
      },
    };
  } catch (error) {
    await server.remove();
    throw error;
  }
}

const START_TIMEOUT_MS = 120_000;

/** Small and quick to start; still durable against the end of the process, which is what tests try. */
const LEAN = {
  'innodb-buffer-pool-size': '64M',
  'innodb-flush-log-at-trx-commit': '2',
  'innodb-redo-log-capacity': '32M',
  'performance-schema': 'OFF',
  'disable-log-bin': '1',
  'secure-file-priv': 'NULL',
  mysqlx: 'OFF',
};

interface Server {
  start(): Promise<void>;
  alive(): Promise<boolean>;
  pid(): number | undefined;
  /** KILL and TERM return when the process has ended. */
  signal(name: 'KILL' | 'TERM' | 'STOP' | 'CONT'): Promise<void>;
  log(): Promise<string>;
  remove(): Promise<void>;
}

async function chooseServer(
  port: number,
  password: string,
  settings: readonly string[],
  folder: string | undefined,
): Promise<Server> {
  for (const engine of ['docker', 'podman']) {
    if (await hasMysqlImage(engine)) return containerServer(engine, port, password, settings, folder);
  }
  const installed = which('mysqld');
  if (installed !== undefined && isOracleMysql(await run(installed, ['--version']).catch(() => ''))) {
    return processServer({ command: installed, args: [] }, port, password, settings);
  }
  try {
    return await processServer(mysqldOfTree(await mysqlTree()), port, password, settings);
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    throw new UnavailableError(
      'Tests with a real MySQL need Docker or Podman, or mysqld (Oracle MySQL 8.0.16 or newer, not MariaDB) on the PATH, or one run as root on Debian or Ubuntu: install one of them.',
      { cause: error },
    );
  }
}

/** MariaDB calls its server mysqld too; 8.0.16 is the first MySQL that enforces CHECK constraints. */
export function isOracleMysql(versionLine: string): boolean {
  const version = /\bVer (\d+)\.(\d+)\.(\d+)/.exec(versionLine)?.slice(1).map(Number);
  if (version === undefined || /mariadb/i.test(versionLine)) return false;
  const [major = 0, minor = 0, patch = 0] = version;
  return major * 1e6 + minor * 1e3 + patch >= 8_000_016;
}

async function hasMysqlImage(engine: string): Promise<boolean> {
  if (which(engine) === undefined) return false;
  if (!(await succeeds(engine, ['info'], { timeoutMs: 10_000 }))) return false;
  if (await succeeds(engine, ['image', 'inspect', MYSQL_IMAGE])) return true;
  return succeeds(engine, ['pull', '--quiet', MYSQL_IMAGE], { timeoutMs: 300_000 });
}

interface Mysqld {
  readonly command: string;
  readonly args: readonly string[];
  /** Handed down as file descriptor 3. */
  readonly tree?: number;
}

/**
 * mysqld run in place by its tree's own loader and libraries. The tree is handed down as an open folder: paths through
 * /proc/self/fd/3 work for the unprivileged user too, who may not look into root's cache folder.
 */
function mysqldOfTree(folder: string): Mysqld {
  const tree = '/proc/self/fd/3';
  const [loader, triplet] =
    process.arch === 'arm64'
      ? ['usr/lib/ld-linux-aarch64.so.1', 'aarch64-linux-gnu']
      : ['usr/lib64/ld-linux-x86-64.so.2', 'x86_64-linux-gnu'];
  return {
    command: `${tree}/${loader}`,
    args: [
      '--library-path',
      `${tree}/usr/lib/${triplet}`,
      `${tree}/usr/sbin/mysqld`,
      '--no-defaults',
      `--basedir=${tree}/usr`,
      `--lc-messages-dir=${tree}/usr/share/mysql`,
      `--character-sets-dir=${tree}/usr/share/mysql/charsets`,
      `--plugin-dir=${tree}/usr/lib/mysql/plugin`,
    ],
    tree: openSync(folder, 'r'),
  };
}

async function processServer(
  mysqld: Mysqld,
  port: number,
  password: string,
  settings: readonly string[],
): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'mysql-'));
  if (isRoot) await chown(folder, MYSQL_UID, MYSQL_UID);
  const data = join(folder, 'data');
  const log = join(folder, 'mysqld.log');
  const first = mysqld.args.includes('--no-defaults') ? [] : ['--no-defaults'];
  const args = [...first, ...mysqld.args, `--datadir=${data}`, `--log-error=${log}`, ...settings];
  let child: ChildProcess | undefined;
  const launch = (more: readonly string[]) => {
    child = spawn(...boundToThis(mysqld.command, [...args, ...more], isRoot ? MYSQL_UID : undefined), {
      stdio: ['ignore', 'ignore', 'ignore', mysqld.tree ?? 'ignore'],
    });
    child.on('error', () => undefined); // alive() tells
    return child;
  };
  const alive = () => child?.pid !== undefined && child.exitCode === null && child.signalCode === null;
  const readLog = () => run('cat', [log]).catch(() => `${mysqld.command} could not be run`);
  const initialise = async () => {
    const accounts = join(folder, 'accounts.sql');
    await writeFile(
      accounts,
      `CREATE USER 'root'@'127.0.0.1' IDENTIFIED BY '${password}';\nGRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;\n`,
      { mode: 0o600 },
    );
    if (isRoot) await chown(accounts, MYSQL_UID, MYSQL_UID);
    const process = launch(['--initialize-insecure', `--init-file=${accounts}`]);
    const code = await new Promise((resolve) => process.on('exit', resolve).on('error', () => resolve(-1)));
    await rm(accounts);
    if (code !== 0) throw new Error(`MySQL could not make its data folder:\n${await readLog()}`);
  };
  const signal: Server['signal'] = async (name) => {
    if (child === undefined || !alive()) return;
    const exited = once(child, 'exit');
    child.kill(`SIG${name}`);
    if (name === 'TERM') child.kill('SIGCONT'); // a frozen one would never see it
    if (name === 'KILL' || name === 'TERM') await exited;
    // its threads are stopped one by one, and the last may still answer somebody
    if (name === 'STOP') await until('MySQL to stand still', 5_000, () => standsStill(child?.pid ?? 0));
  };
  return {
    async start() {
      if (!existsSync(data)) await initialise();
      launch([
        `--port=${port}`,
        '--bind-address=127.0.0.1',
        `--socket=${folder}/mysqld.sock`,
        `--pid-file=${folder}/mysqld.pid`,
      ]);
    },
    alive: () => Promise.resolve(alive()),
    pid: () => (alive() ? child?.pid : undefined),
    signal,
    log: readLog,
    async remove() {
      await signal('KILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function standsStill(pid: number): Promise<boolean> {
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks)) return true;
  const stands = async (task: string) => {
    // one that has just ended is listed, but not there
    const stat = await readFile(`${tasks}/${task}/stat`, 'utf8').catch(() => undefined);
    return stat === undefined || stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
  };
  return (await Promise.all((await readdir(tasks)).map(stands))).every(Boolean);
}

function containerServer(
  engine: string,
  port: number,
  password: string,
  settings: readonly string[],
  folder: string | undefined,
): Server {
  const name = `vacation-test-mysql-${randomBytes(6).toString('hex')}`;
  const state = (field: string) =>
    run(engine, ['inspect', '--format', `{{.State.${field}}}`, name]).then((text) => text.trim());
  const alive = () => state('Running').then(isTrue, () => false);
  let pid: number | undefined;
  let created = false;
  return {
    async start() {
      if (created) await run(engine, ['start', name]);
      else {
        // the password goes by the environment of the client, never by its arguments
        await run(
          engine,
          [
            'run',
            '--detach',
            '--name',
            name,
            '--publish',
            `127.0.0.1:${port}:3306`,
            '--env',
            'MYSQL_ROOT_PASSWORD',
            ...(folder === undefined ? [] : ['--volume', `${folder}:${folder}:ro`]),
            MYSQL_IMAGE,
            ...settings,
          ],
          { env: { MYSQL_ROOT_PASSWORD: password } },
        );
        created = true;
      }
      const inside = Number(await state('Pid'));
      pid = existsSync(`/proc/${inside}`) ? inside : undefined;
    },
    alive,
    pid: () => pid,
    async signal(signalName) {
      if (signalName === 'STOP') await run(engine, ['pause', name]);
      else if (signalName === 'CONT') await run(engine, ['unpause', name]);
      else if (signalName === 'TERM') await run(engine, ['stop', name]);
      else {
        await run(engine, ['kill', name]);
        await until('the container to end', 10_000, async () => !(await alive()));
      }
    },
    log: () => run(engine, ['logs', '--tail', '20', name]),
    async remove() {
      if (created) await run(engine, ['rm', '--force', '--volumes', name]);
      created = false;
    },
  };
}

function isTrue(text: string): boolean {
  return text === 'true';
}
