import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { root } from '../cluster/paths.ts';
import { failed, type Outcome } from './outcome.ts';
import type { Results } from './result-reporter.ts';
import { runCommand } from './run-command.ts';
import type { Suite } from './suites.ts';

const dist = join(root, 'dist');

export interface RunOptions {
  /** What the tests are told beside this process' own environment. */
  readonly env: NodeJS.ProcessEnv;
  /** Shows what it prints when it is done, and not at once. */
  readonly quiet: boolean;
}

/** Runs the suite's files in one mocha process of their own. */
export async function runSuite(suite: Suite, sources: readonly string[], { env, quiet }: RunOptions): Promise<Outcome> {
  const output = join(dist, 'test-results', `${suite.name.replaceAll(/\W+/g, '-')}.json`);
  mkdirSync(join(dist, 'test-results'), { recursive: true });
  rmSync(output, { force: true });

  const start = performance.now();
  const { failure, output: printed } = await runCommand(process.execPath, mochaArguments(suite, sources, output), {
    cwd: root,
    env: { ...process.env, ...env },
    timeoutMs: suite.timeoutMs,
    quiet,
  });
  if (quiet) console.log(`\n-- ${suite.name}\n${printed.trimEnd()}`);
  const seconds = (performance.now() - start) / 1000;
  if (!existsSync(output)) return failed(suite.name, failure ?? 'ended before its last test', seconds);
  return outcomeOf(suite.name, JSON.parse(readFileSync(output, 'utf8')) as Results, failure, seconds);
}

/** Results, and how the process ended, which must agree: no failed test, yet a failed process, is a failure. */
export function outcomeOf(suite: string, results: Results, failure: string | undefined, seconds: number): Outcome {
  const { passed, failures, skips } = results;
  if (failures.length === 0 && failure !== undefined) {
    return { suite, passed, failures: [`${suite}: ${failure}`], skips, seconds };
  }
  if (passed + failures.length + skips.length === 0) return failed(suite, 'holds no test', seconds);
  return { suite, passed, failures: failures.map((title) => `${suite}: ${title}`), skips, seconds };
}

function mochaArguments(suite: Suite, sources: readonly string[], output: string): string[] {
  return [
    '--enable-source-maps',
    join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'),
    '--no-config',
    '--no-package',
    '--forbid-only',
    '--timeout',
    String(suite.testTimeoutMs),
    '--reporter',
    join(dist, 'scripts', 'test', 'result-reporter.js'),
    '--reporter-option',
    `output=${output}`,
    ...sources.map((source) => join(dist, source.replace(/\.ts$/, '.js'))),
  ];
}
