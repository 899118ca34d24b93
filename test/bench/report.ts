import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/cluster/paths.ts';

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

/** How far a figure is from its bound, as a share of the bound; undefined where it keeps the bound, or where no share can be told. */
export function missedBy(check: Check): number | undefined {
  const bound = check.atMost ?? check.atLeast ?? 0;
  if (holds(check) || bound === 0 || Number.isNaN(check.value)) return undefined;
  return Math.abs(check.value / bound - 1);
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
    verdictOf(check),
  ]);
  return [
    `# ${title}`,
    '',
    ...report.notes.map((note) => `- ${note}`),
    '',
    ...(verdicts.length === 0
      ? []
      : ['## Gates and aims', '', ...table([['', 'what', 'measured', 'bound', ''], ...verdicts]), '']),
    ...Object.entries(report.tables).flatMap(([name, rows]) => [`## ${name}`, '', ...table(rows), '']),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

function verdictOf(check: Check): string {
  if (holds(check)) return 'met';
  const share = missedBy(check);
  const missed = share === undefined ? 'missed' : `missed by ${figure(share * 100)} %`;
  return check.kind === 'gate' ? `**${missed}**` : missed;
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

/** Prints the report and keeps it beside its sources, unless told not to; the exit code tells whether every gate holds. */
export function publish(part: string, title: string, report: Report, { keep } = { keep: true }): void {
  const text = asMarkdown(title, report);
  if (keep) writeFileSync(join(root, 'test', 'bench', part, 'results.md'), text);
  console.log(`\n${text}`);
  for (const kind of ['gate', 'aim'] as const) {
    const checks = report.checks.filter((check) => check.kind === kind);
    const missed = checks.filter((check) => !holds(check));
    if (checks.length > 0) console.log(`${kind}s: ${checks.length - missed.length} of ${checks.length} met`);
    for (const check of missed) console.log(`  ${check.what}: ${verdictOf(check)}`);
  }
  process.exitCode = missedGates(report).length === 0 ? 0 : 1;
}

/** Column widths as Prettier writes them. */
function table(rows: readonly (readonly string[])[]): string[] {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(3, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.slice(1).map(line)];
}
