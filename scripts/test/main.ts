// npm test: the test ladder, part by part, and its report.
import { join } from 'node:path';
import process from 'node:process';
import { withLock } from '../cluster/lock.ts';
import { cacheFolder } from '../cluster/paths.ts';
import { type RunOptions, runSuite } from './mocha-suite.ts';
import { prepare } from './needs.ts';
import { attempt, failed, hasFailed, report, withoutSkips, type Outcome } from './outcome.ts';
import { endRunningCommands } from './run-command.ts';
import { build, staticChecks } from './static-checks.ts';
import { chosenParts, ladder, testFiles, type Suite } from './suites.ts';

const inCI = (process.env.CI ?? '') !== '' && process.env.CI !== 'false';

let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interrupted = true;
    endRunningCommands();
  });
}

try {
  const outcomes = await climb(chosenParts(process.argv.slice(2)));
  const final = inCI ? outcomes.map(withoutSkips) : outcomes;
  console.log(report(final));
  process.exitCode = hasFailed(final) ? 1 : 0;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function climb(chosen: readonly string[]): Promise<Outcome[]> {
  heading('build');
  const outcomes = [await build()];
  const checks = chosen.includes('static') ? staticChecks() : [];
  for (const rung of ladder) {
    const suites = rung.filter(({ part }) => chosen.includes(part));
    outcomes.push(...(await Promise.all(suites.map((suite, place) => run(suite, place > 0)))));
  }
  outcomes.push(...(await checks));
  return outcomes;
}

async function run(suite: Suite, quiet: boolean): Promise<Outcome> {
  if (interrupted) return failed(suite.name, 'interrupted');
  heading(quiet ? `${suite.name}, beside that; what it prints is shown when it is done` : suite.name);
  const files = testFiles().filter(suite.holds);
  if (files.length === 0) return failed(suite.name, 'holds no test');
  return attempt(suite.name, async () => {
    const env = await prepare(suite.needs);
    const climbed = () => runHere(suite, files, { env, quiet });
    return suite.oneAtATime === true ? withLock(join(cacheFolder(), `${suite.part}.lock`), climbed) : climbed();
  });
}

async function runHere(suite: Suite, files: readonly string[], how: RunOptions): Promise<Outcome> {
  if (interrupted) return failed(suite.name, 'interrupted');
  try {
    return await runSuite(suite, files, how);
  } finally {
    await suite.cleanUp?.();
  }
}

function heading(title: string): void {
  console.log(`\n== ${title}`);
}
