import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { root } from '../cluster/paths.ts';

/** A bound that a figure must keep (`gate`), or one that is only reported on (`aim`). */
export interface Check {
  readonly kind: 'gate' | 'aim';
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

export interface Report {
  /** Titled tables: the first row is the head. */
  readonly tables: Readonly<Record<string, readonly (readonly string[])[]>>;
  readonly checks: readonly Check[];
  readonly notes: readonly string[];
}

export function holds({ value, atMost = Infinity, atLeast = -Infinity }: Check): boolean {
  return value <= atMost && value >= atLeast;
}

/** Gates that do not hold; aims that are missed are none. */
export function missedGates({ checks }: Report): readonly Check[] {
  return checks.filter((check) => check.kind === 'gate' && !holds(check));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return Number.isInteger(middle)
    ? ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
    : (sorted[Math.floor(middle)] ?? Number.NaN);
}

/** The value below which this share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function asMarkdown(title: string, report: Report): string {
  const verdicts = report.checks.map((check) => [
    check.kind,
    check.what,
    `${figure(check.value)} ${check.unit}`.trim(),
    check.atMost === undefined ? `at least ${figure(check.atLeast ?? 0)}` : `at most ${figure(check.atMost)}`,
    holds(check) ? 'holds' : check.kind === 'gate' ? '**missed**' : 'missed',
  ]);
  return [
    `# ${title}`,
    '',
    ...report.notes.map((note) => `- ${note}`),
    '',
    '## Gates and aims',
    '',
    ...table([['', 'what', 'measured', 'bound', ''], ...verdicts]),
    '',
    ...Object.entries(report.tables).flatMap(([name, rows]) => [`## ${name}`, '', ...table(rows), '']),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

/** With as many digits as mean something. */
export function figure(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** What the figures were measured on. */
export function circumstances(): readonly string[] {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  let commit: string;
  try {
    commit =
      git('rev-parse', '--short=10', 'HEAD') +
      (git('status', '--porcelain', '--', '*.ts') === '' ? '' : ' and changes');
  } catch {
    commit = 'unknown (no Git here)';
  }
  return [
    `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC, commit ${commit}`,
    `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}, load average ${loadavg().map(figure).join(' ')}`,
  ];
}

/** Prints the report and keeps it beside its sources; the exit code tells whether every gate holds. */
export function publish(part: string, title: string, report: Report): void {
  const text = asMarkdown(title, report);
  const path = join(root, 'test', 'bench', part, 'results.md');
  writeFileSync(path, text);
  console.log(`\n${readFileSync(path, 'utf8')}`);
  const missed = missedGates(report);
  console.log(missed.length === 0 ? 'every gate holds' : `missed: ${missed.map(({ what }) => what).join('; ')}`);
  process.exitCode = missed.length === 0 ? 0 : 1;
}

/** Column widths as Prettier writes them. */
function table(rows: readonly (readonly string[])[]): string[] {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(3, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.slice(1).map(line)];
}
