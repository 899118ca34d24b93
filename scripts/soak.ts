// npm run soak: what takes long by nature; npm run soak -- NAME…: only these parts of it.
//
// simulation            SIMULATIONS (5000) histories of the simulated cluster from seed FIRST_SEED (1) on
// simulation-on-server  SERVER_SIMULATIONS (100) of the same on a real API server
// churn                 travellers who book, cancel, undo, change and wait at random for CHURN_SECONDS (60), by CHURN_SEED
// draining              25 rounds (DRAIN_ROUNDS)
// replicas              1,000 steps of a spec that flips (FLIP_STEPS, FLIP_SEED)
// sabotage              200 acts (SABOTAGES, SEED)
// faults                outages of a minute (OUTAGE_MS)
// leader-election       leaders that are stopped for a minute (STOPPED_MS)
// health                what kstatus says of an app on a real cluster through releases, faults and hibernation, against a booking every
//                       second (HEALTH=whole, half an hour)
// status-page           the status page through seven states of an app on a real cluster (STATUS_PAGE=whole); SCREENSHOTS=folder keeps pictures
// oldest-kubernetes     all tests of the operator on an API server, with that of the oldest release that it supports
import { join } from 'node:path';
import process from 'node:process';
import { kubernetesBinaries, OLDEST } from './cluster/build.ts';
import { withLock } from './cluster/lock.ts';
import { cacheFolder, root } from './cluster/paths.ts';
import { hasFailed } from './test/outcome.ts';
import { endRunningCommands, runCommand } from './test/run-command.ts';
import { build } from './test/static-checks.ts';

const TIMEOUT_MS = 6 * 3_600_000;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, endRunningCommands);

interface Run {
  /** Compiled tests, as patterns below dist/test. */
  readonly files: readonly string[];
  readonly env: () => Promise<NodeJS.ProcessEnv>;
}

const RUNS: Readonly<Record<string, Run>> = {
  simulation: run(['operator/simulation/simulation'], { SIMULATIONS: '5000' }),
  'simulation-on-server': run(['integration/operator/simulation'], { SERVER_SIMULATIONS: '100' }),
  churn: run(['integration/webapp/hooks', 'integration/webapp/churn'], { CHURN_SECONDS: '60' }),
  draining: run(['integration/webapp/hooks', 'integration/webapp/draining'], { DRAIN_ROUNDS: '25' }),
  replicas: run(['integration/operator/replicas'], { FLIP_STEPS: '1000' }),
  sabotage: run(['integration/operator/sabotage'], { SABOTAGES: '200' }),
  faults: run(['integration/operator/faults'], { OUTAGE_MS: '60000', FAULT_FIGURES: '1' }),
  'leader-election': run(['integration/operator/leader-election'], { STOPPED_MS: '60000' }),
  health: run(['e2e/hooks', 'e2e/health'], { HEALTH: 'whole' }),
  'status-page': run(['e2e/hooks', 'e2e/status-page'], { STATUS_PAGE: 'whole' }),
  'oldest-kubernetes': {
    files: ['integration/operator/*'],
    env: async () => ({ ...process.env, KUBEBUILDER_ASSETS: await kubernetesBinaries(OLDEST) }),
  },
};

const named = process.argv.slice(2);
const unknown = named.filter((name) => !(name in RUNS));
if (unknown.length > 0) {
  console.error(`unknown part ${unknown.join(', ')}: the parts are ${Object.keys(RUNS).join(', ')}`);
  process.exitCode = 2;
} else if (hasFailed([await build()])) {
  process.exitCode = 1;
} else {
  for (const [name, { files, env }] of Object.entries(RUNS)) {
    if (named.length > 0 && !named.includes(name)) continue;
    const settings = await env();
    const soaked = () =>
      runCommand(process.execPath, mochaOf(files), { cwd: root, env: settings, timeoutMs: TIMEOUT_MS });
    // The cluster has one name on one machine.
    const isOnCluster = files.some((file) => file.startsWith('e2e/'));
    const { failure } = await (isOnCluster ? withLock(join(cacheFolder(), 'e2e.lock'), soaked) : soaked());
    if (failure !== undefined) process.exitCode = 1;
  }
}

/** With settings that the environment may override. */
function run(files: readonly string[], settings: Readonly<Record<string, string>>): Run {
  return { files, env: () => Promise.resolve({ ...settings, ...process.env }) };
}

function mochaOf(files: readonly string[]): string[] {
  const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const tests = files.map((file) => join(root, 'dist', 'test', `${file}.test.js`));
  return ['--enable-source-maps', mocha, '--no-config', '--timeout', '60000', ...tests];
}
