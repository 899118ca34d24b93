import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from '../../scripts/cluster/paths.ts';
import { freePorts } from '../../scripts/cluster/ports.ts';
import { run, until } from '../../scripts/cluster/run.ts';

/** The web app as a process of its own, as its image runs it. */
export interface RunningWebApp {
  /** Where travellers reach it, without a slash at the end. */
  readonly url: string;
  readonly probeUrl: string;
  stop(): Promise<void>;
  /** Ends it at once, as a lost node would. */
  kill(): Promise<void>;
}

/** Some depend on where travellers will reach it. */
export type Settings = NodeJS.ProcessEnv | ((url: string) => NodeJS.ProcessEnv);

/** Settings for tests in which nobody is to be refused because the machine does much else at the same time. */
export const PATIENT = { DB_QUERY_TIMEOUT_MS: '20000', DB_CONNECT_TIMEOUT_MS: '10000', DB_LOCK_WAIT_SECONDS: '10' };

const STARTS_WITHIN_MS = 90_000;
const STOPS_WITHIN_MS = 30_000;

/** Brings the database's schema up to date, then starts the web app on free loopback ports and waits until it is ready. */
export async function startWebApp(databaseUri: string, settings: Settings = {}): Promise<RunningWebApp> {
  const [port = 0, probePort = 0] = await freePorts(2);
  const url = `http://127.0.0.1:${port}`;
  const env = {
    PATH: process.env.PATH,
    LOG_LEVEL: 'warn',
    db_uri: databaseUri,
    secret_key: randomBytes(32).toString('hex'),
    PORT: String(port),
    PROBE_PORT: String(probePort),
    DRAIN_GRACE_SECONDS: '0',
    ...(typeof settings === 'function' ? settings(url) : settings),
  };
  await run(process.execPath, [join(root, 'dist/webapp/migrate.js')], { env, timeoutMs: 60_000 });

  const child = spawn(process.execPath, [join(root, 'dist/webapp/main.js')], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (log = `${log}${chunk.toString()}`.slice(-10_000)));
  }
  const killOnExit = () => child.kill('SIGKILL');
  process.on('exit', killOnExit);
  const stop = async () => {
    process.off('exit', killOnExit);
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const killing = setTimeout(killOnExit, STOPS_WITHIN_MS);
    await exited;
    clearTimeout(killing);
  };

  const kill = async () => {
    process.off('exit', killOnExit);
    killOnExit();
    await exited;
  };

  const probeUrl = `http://127.0.0.1:${probePort}`;
  try {
    await until('the web app to be ready', STARTS_WITHIN_MS, async () => {
      if (child.exitCode !== null) throw new Error(`the web app ended with code ${child.exitCode}:\n${log}`);
      return fetch(`${probeUrl}/readyz`).then(
        (answer) => answer.ok,
        () => false,
      );
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, probeUrl, stop, kill };
}
