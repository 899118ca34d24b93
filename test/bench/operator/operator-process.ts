import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { root } from '../../../scripts/cluster/paths.ts';
import { freePorts } from '../../../scripts/cluster/ports.ts';
import { boundToThis } from '../../../scripts/cluster/run.ts';
import { shipped } from '../webapp/shipped.ts';
import { cpuMs, memoryMib } from '../webapp/process-usage.ts';
import type { World } from './world.ts';

/** The operator as its image runs it, in a process of its own. */
export interface OperatorProcess {
  readonly pid: number;
  readonly startedAt: number;
  /** The address of its status page. */
  readonly pageUrl: string;
  cpuMs(): number;
  memoryMib(): { readonly resident: number; readonly peak: number };
  /** Resolves when it has looked at that many apps at least and its queue is empty. */
  quiet(apps: number): Promise<void>;
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

const QUIET_WITHIN_MS = 60_000;

/** `env` are settings beside those of the image. */
export async function startOperator(
  world: World,
  namespace: string,
  env: Readonly<Record<string, string>> = {},
): Promise<OperatorProcess> {
  const [healthPort, metricsPort, pagePort] = await freePorts(3);
  const profiling = process.env.PROFILE === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${process.env.PROFILE}`];
  const image = shipped(readFileSync(join(root, 'Dockerfile.operator'), 'utf8'));
  const startedAt = performance.now();
  const main = join(root, 'dist', 'operator', 'main.js');
  const child = spawn(...boundToThis(process.execPath, [...image.flags, ...profiling, main]), {
    stdio: ['ignore', process.env.LOG_LEVEL === undefined ? 'ignore' : 'inherit', 'inherit'],
    env: {
      PATH: process.env.PATH,
      ...image.env,
      ...world.serviceAccount,
      POD_NAMESPACE: 'vacation-system',
      WATCH_NAMESPACES: namespace,
      HEALTH_PORT: String(healthPort),
      METRICS_PORT: String(metricsPort),
      STATUS_PAGE_PORT: String(pagePort),
      WEBAPP_IMAGE: 'webapp:1',
      MYSQL_IMAGE: 'mysql:1',
      LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
      ...env,
    },
  });
  const exited = once(child, 'exit');
  const { pid = 0 } = child;

  /** The sums of those metrics, of one look: a thousand apps have many, and telling them takes the process time that it has other use for. */
  async function metrics(...names: readonly string[]): Promise<number[]> {
    const response = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
    const lines = (await response.text()).split('\n');
    return names.map((name) =>
      lines
        .filter((line) => line.startsWith(`${name}{`))
        .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0),
    );
  }

  return {
    pid,
    startedAt,
    pageUrl: `http://127.0.0.1:${pagePort}`,
    cpuMs: () => cpuMs(pid),
    memoryMib: () => memoryMib(pid),
    async quiet(apps) {
      const deadline = performance.now() + QUIET_WITHIN_MS;
      const isQuiet = async (): Promise<boolean> => {
        if (!(await fetch(`http://127.0.0.1:${healthPort}/readyz`)).ok) return false;
        const [reconciled = 0, depth] = await metrics('controller_runtime_reconcile_total', 'workqueue_depth');
        return reconciled >= apps && depth === 0;
      };
      while (!(await isQuiet().catch(() => false))) {
        if (child.exitCode !== null) throw new Error(`The operator ended with code ${child.exitCode}`);
        if (performance.now() > deadline) throw new Error(`The operator is not quiet after ${QUIET_WITHIN_MS} ms`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async end(signal) {
      child.kill(signal);
      await exited;
    },
  };
}
