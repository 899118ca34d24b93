// npm run soak: what takes long by nature. SIMULATIONS (5000) histories of the simulated cluster from seed FIRST_SEED (1) on.
import { join } from 'node:path';
import process from 'node:process';
import { root } from '../test/cluster/paths.ts';
import { hasFailed } from './test/outcome.ts';
import { endRunningCommands, runCommand } from './test/run-command.ts';
import { build } from './test/static-checks.ts';

const TIMEOUT_MS = 6 * 3_600_000;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, endRunningCommands);

if (hasFailed([await build()])) {
  process.exitCode = 1;
} else {
  const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const file = join(root, 'dist', 'test', 'operator', 'simulation', 'simulation.test.js');
  const { failure } = await runCommand(process.execPath, ['--enable-source-maps', mocha, '--no-config', file], {
    cwd: root,
    env: { ...process.env, SIMULATIONS: process.env.SIMULATIONS ?? '5000' },
    timeoutMs: TIMEOUT_MS,
  });
  if (failure !== undefined) process.exitCode = 1;
}
