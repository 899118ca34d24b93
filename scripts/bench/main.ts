// npm run bench: builds, then runs each part that is named, or all: a part is a folder of test/bench/ with a main.ts.
import { globSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { root } from '../cluster/paths.ts';
import { endRunningCommands, runCommand } from '../test/run-command.ts';
import { build } from '../test/static-checks.ts';
import { hasFailed } from '../test/outcome.ts';

const PART_TIMEOUT_MS = 45 * 60_000;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, endRunningCommands);

const parts = globSync('test/bench/*/main.ts', { cwd: root })
  .map((file) => basename(dirname(file)))
  .sort();
const args = process.argv.slice(2);
const unknown = args.filter((arg) => !parts.includes(arg));

if (unknown.length > 0) {
  console.error(`unknown part ${unknown.join(', ')}: the parts are ${parts.join(', ')}`);
  process.exitCode = 1;
} else if (hasFailed([await build()])) {
  process.exitCode = 1;
} else {
  for (const part of parts.filter((one) => args.length === 0 || args.includes(one))) {
    console.log(`\n== ${part}`);
    const main = join(root, 'dist', 'test', 'bench', part, 'main.js');
    const { failure } = await runCommand(process.execPath, ['--enable-source-maps', main], {
      cwd: root,
      timeoutMs: PART_TIMEOUT_MS,
    });
    if (failure !== undefined) {
      console.error(`${part}: ${failure}`);
      process.exitCode = 1;
    }
  }
}
