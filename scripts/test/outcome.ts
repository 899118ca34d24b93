import { UnavailableError } from '../cluster/unavailable.ts';

/** What became of one suite. A failing hook counts as a failed test; so do a suite that dies and one that holds no test. */
export interface Outcome {
  readonly suite: string;
  readonly passed: number;
  readonly failures: readonly string[];
  readonly skips: readonly string[];
  readonly seconds: number;
}

export function failed(suite: string, reason: string, seconds = 0): Outcome {
  return { suite, passed: 0, failures: [`${suite}: ${reason}`], skips: [], seconds };
}

/** Runs a suite: what this machine cannot run is skipped with the reason, any other fault on the way is a failure. */
export async function attempt(suite: string, run: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await run();
  } catch (error) {
    const reason = `${suite}: ${error instanceof Error ? error.message : String(error)}`;
    const none = { suite, passed: 0, failures: [], skips: [], seconds: 0 };
    return error instanceof UnavailableError ? { ...none, skips: [reason] } : { ...none, failures: [reason] };
  }
}

/** In CI nothing may be skipped: a machine that cannot run everything has tested nothing. */
export function withoutSkips(outcome: Outcome): Outcome {
  return {
    ...outcome,
    failures: [...outcome.failures, ...outcome.skips.map((skip) => `${skip} (skipped, which fails in CI)`)],
    skips: [],
  };
}

export function hasFailed(outcomes: readonly Outcome[]): boolean {
  return outcomes.some((outcome) => outcome.failures.length > 0);
}

/** The report under all output; its last line is read by machines: `N passed, N failed, N skipped`. */
export function report(outcomes: readonly Outcome[]): string {
  const all = outcomes.flatMap((outcome) => outcome.failures);
  const left = outcomes.flatMap((outcome) => outcome.skips);
  return [
    '',
    ...outcomes.map((outcome) => `${outcome.suite.padEnd(22)} ${duration(outcome.seconds)}  ${counts([outcome])}`),
    ...section('Failed:', all),
    ...section('Skipped:', left),
    '',
    counts(outcomes),
  ].join('\n');
}

function counts(outcomes: readonly Outcome[]): string {
  const sum = (count: (outcome: Outcome) => number) => outcomes.reduce((total, outcome) => total + count(outcome), 0);
  const passed = sum((outcome) => outcome.passed);
  const failures = sum((outcome) => outcome.failures.length);
  const skips = sum((outcome) => outcome.skips.length);
  return `${passed} passed, ${failures} failed, ${skips} skipped`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

function duration(seconds: number): string {
  return `${seconds.toFixed(1)} s`.padStart(9);
}
