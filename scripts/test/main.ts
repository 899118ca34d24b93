// npm test: the test ladder, part by part, and its report.
import { join } from 'node:path';
import process from 'node:process';
import { withLock } from '../../test/cluster/lock.ts';
import { cacheFolder } from '../../test/cluster/paths.ts';
import { runSuite } from './mocha-suite.ts';
import { prepare } from './needs.ts';
import { attempt, failed, hasFailed, report, withoutSkips, type Outcome } from './outcome.ts';
import { endRunningCommands } from './run-command.ts';
import { build, staticChecks } from './static-checks.ts';
import { chosenParts, suites, testFiles, type Suite } from './suites.ts';

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
  heading('static');
  const outcomes = [await build()];
  if (chosen.includes('static')) outcomes.push(...(await staticChecks()));
  const beside: Promise<Outcome>[] = [];
  for (const suite of suites.filter(({ part }) => chosen.includes(part))) {
    if (suite.alone === true) outcomes.push(...(await Promise.all(beside.splice(0))));
    if (suite.beside === true) beside.push(run(suite));
    else outcomes.push(await run(suite));
  }
  outcomes.push(...(await Promise.all(beside)));
  return outcomes;
}

async function run(suite: Suite): Promise<Outcome> {
  if (interrupted) return failed(suite.name, 'interrupted');
  heading(
    suite.beside === true ? `${suite.name}, beside what follows; what it prints is shown when it is done` : suite.name,
  );
  const files = testFiles().filter(suite.holds);
  if (files.length === 0) return failed(suite.name, 'holds no test');
  return attempt(suite.name, async () => {
    const env = await prepare(suite.needs);
    return suite.alone === true
      ? withLock(join(cacheFolder(), `${suite.part}.lock`), () => runHere(suite, files, env))
      : runHere(suite, files, env);
  });
}

async function runHere(suite: Suite, files: readonly string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  if (interrupted) return failed(suite.name, 'interrupted');
  try {
    return await runSuite(suite, files, env);
  } finally {
    await suite.cleanUp?.();
  }
}

function heading(title: string): void {
  console.log(`\n== ${title}`);
}
