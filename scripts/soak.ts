// npm run soak: what takes long by nature. SIMULATIONS (5000) histories of the simulated cluster from seed FIRST_SEED (1) on, and
// SERVER_SIMULATIONS (100) of the same on a real API server; travellers who book, cancel, undo, change and wait at random for
// CHURN_SECONDS (60), by CHURN_SEED; 25 rounds of draining (DRAIN_ROUNDS); 1,000 steps of a spec that flips (FLIP_STEPS, FLIP_SEED);
// 200 acts of sabotage (SABOTAGES, SEED); outages and stopped leaders of a minute (OUTAGE_MS, STOPPED_MS); on a real cluster what kstatus
// says of an app through releases, faults and hibernation, against a booking every second (HEALTH=whole, half an hour).
import { join } from 'node:path';
import process from 'node:process';
import { withLock } from './cluster/lock.ts';
import { cacheFolder, root } from './cluster/paths.ts';
import { hasFailed } from './test/outcome.ts';
import { endRunningCommands, runCommand } from './test/run-command.ts';
import { build } from './test/static-checks.ts';

const TIMEOUT_MS = 6 * 3_600_000;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, endRunningCommands);

const RUNS = [
  { files: ['operator/simulation/simulation'], settings: { SIMULATIONS: '5000' } },
  { files: ['integration/operator/simulation'], settings: { SERVER_SIMULATIONS: '100' } },
  { files: ['integration/webapp/hooks', 'integration/webapp/churn'], settings: { CHURN_SECONDS: '60' } },
  { files: ['integration/webapp/hooks', 'integration/webapp/draining'], settings: { DRAIN_ROUNDS: '25' } },
  { files: ['integration/operator/replicas'], settings: { FLIP_STEPS: '1000' } },
  { files: ['integration/operator/sabotage'], settings: { SABOTAGES: '200' } },
  { files: ['integration/operator/faults'], settings: { OUTAGE_MS: '60000', FAULT_FIGURES: '1' } },
  { files: ['integration/operator/leader-election'], settings: { STOPPED_MS: '60000' } },
  { files: ['e2e/hooks', 'e2e/health'], settings: { HEALTH: 'whole' } },
];

if (hasFailed([await build()])) {
  process.exitCode = 1;
} else {
  const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
  for (const { files, settings } of RUNS) {
    const tests = files.map((file) => join(root, 'dist', 'test', `${file}.test.js`));
    const how = ['--enable-source-maps', mocha, '--no-config', '--timeout', '60000'];
    const soaked = () =>
      runCommand(process.execPath, [...how, ...tests], {
        cwd: root,
        env: { ...settings, ...process.env },
        timeoutMs: TIMEOUT_MS,
      });
    // The cluster has one name on one machine.
    const isOnCluster = files.some((file) => file.startsWith('e2e/'));
    const { failure } = await (isOnCluster ? withLock(join(cacheFolder(), 'e2e.lock'), soaked) : soaked());
    if (failure !== undefined) process.exitCode = 1;
  }
}
