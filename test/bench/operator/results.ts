import { figure, median, quantile, type Check, type Report } from '../report.ts';
import type { Convergence } from './convergence.ts';

export interface Idle {
  readonly seconds: number;
  readonly writes: number;
  readonly reads: number;
  readonly watches: number;
  readonly leases: number;
  readonly cpuShare: number;
}

export interface Drift {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly unrepaired: number;
}

export interface Restart {
  readonly quietMs: number;
  readonly writes: number;
  readonly resident: number;
}

export interface Fleet {
  readonly count: number;
  readonly bareMs: number;
  readonly readyMs: number;
  readonly cpuPerApp: number;
  readonly writesPerApp: number;
  /** Of single objects; the caches' lists are not among them. */
  readonly reads: number;
  readonly base: readonly number[];
  readonly deployment: readonly number[];
  readonly resident: number;
  readonly peak: number;
  readonly restart: Restart;
  readonly removal: { readonly ms: number; readonly writes: number; readonly kept: number };
}

export interface Results {
  readonly single: { readonly empty: number; readonly apps: readonly Convergence[] };
  readonly few: Fleet & { readonly idle: Idle; readonly drift: Drift };
  readonly many: Fleet & { readonly drift: Drift };
}

/** The figures as tables, and the bounds that they are to keep. */
export function reportOf(results: Results): Omit<Report, 'notes'> {
  return { tables: tablesOf(results), checks: [...gatesOf(results), ...aimsOf(results)] };
}

const worst = (values: readonly number[]): number => Math.max(...values);

function gatesOf({ single, few, many }: Results): readonly Check[] {
  const gate = (what: string, value: number, atMost: number, unit = ''): Check => ({
    kind: 'gate',
    what,
    value,
    unit,
    atMost,
  });
  const most = (field: keyof Convergence): number => worst(single.apps.map((app) => app[field]));
  return [
    // With what the claim remembers.
    gate('one app: writes to children', most('children'), 15),
    gate('one app: hand-overs of replicas', most('handovers'), 1),
    gate('one app: writes to status', most('statuses'), 6),
    gate('one app: events', most('events'), 6),
    // Of the volume's claim, which may be somebody else's.
    gate('one app: reads', most('reads'), 1),
    gate(`${few.count} apps, ${few.idle.seconds} s idle: writes`, few.idle.writes, 0),
    gate(`${few.count} apps, ${few.idle.seconds} s idle: reads`, few.idle.reads, 0),
    gate(`${few.count} apps: drift left alone`, few.drift.unrepaired, 0),
    gate(`${many.count} apps: killed and started: writes`, many.restart.writes, 0),
    gate(`${many.count} apps: deletion: writes`, many.removal.writes, 0),
  ];
}

function aimsOf({ single, few, many }: Results): readonly Check[] {
  const aim = (what: string, value: number, atMost: number, unit = ''): Check => ({
    kind: 'aim',
    what,
    value,
    unit,
    atMost,
  });
  const seconds = (ms: number): number => ms / 1000;
  return [
    aim('one app: children that need not wait', median(single.apps.map(({ baseMs }) => baseMs)), 250, 'ms'),
    aim('one app: Job complete to Deployment', median(single.apps.map(({ deploymentMs }) => deploymentMs)), 100, 'ms'),
    aim(`${few.count} apps: drift repaired, p99`, few.drift.p99, 100, 'ms'),
    aim(`${many.count} apps: time of a bare loop`, many.readyMs / many.bareMs, 1.25, 'times'),
    aim(`${many.count} apps: CPU an app`, many.cpuPerApp, 40, 'ms'),
    aim(`${many.count} apps: resident memory, the most`, many.peak, 300, 'MiB'),
    aim(`${many.count} apps: killed and started: quiet after`, seconds(many.restart.quietMs), 3, 's'),
    aim(`${many.count} apps: CPU an app, as the Go operator`, many.cpuPerApp, 19, 'ms'),
    aim(`${few.count} apps: CPU idle, as the Go operator`, few.idle.cpuShare * 100, 0.1, '%'),
  ];
}

/** What a Go operator on controller-runtime needed for the same work on the same kind of machine, by the size of the fleet. */
const PEER: Readonly<Record<number, readonly string[]>> = {
  100: ['71 / 97', '10', '17.8', '0', '13.8 (11.5)', '31', '53', '18 / 94', '0.9', '7'],
  1000: ['64 / 87', '6', '17.0', '0', '62.5 (49.3)', '16 to 19', '143 to 182', '7 / 35', '1.5', '27'],
};

function tablesOf({ single, few, many }: Results): Report['tables'] {
  const rows = [
    'children that need not wait, ms: median / worst',
    'Job complete to Deployment, ms: median',
    'writes an app',
    'reads besides the caches',
    'all Ready, s (a bare loop)',
    'CPU an app, ms',
    'resident memory, the most, MiB',
    'drift repaired, ms: p50 / p99',
    'killed and started: quiet after, s',
    'deletion of all, s',
  ];
  const columns = [few, many].map((fleet) => [
    `${figure(median(fleet.base))} / ${figure(worst(fleet.base))}`,
    figure(median(fleet.deployment)),
    figure(fleet.writesPerApp),
    String(fleet.reads),
    `${figure(fleet.readyMs / 1000)} (${figure(fleet.bareMs / 1000)})`,
    figure(fleet.cpuPerApp),
    figure(fleet.peak),
    `${figure(fleet.drift.p50)} / ${figure(fleet.drift.p99)}`,
    figure(fleet.restart.quietMs / 1000),
    figure(fleet.removal.ms / 1000),
  ]);
  const fields = ['children', 'handovers', 'statuses', 'events', 'reads', 'baseMs', 'deploymentMs'] as const;
  const peer = (count: number, row: number): string => PEER[count]?.[row] ?? '';
  return {
    'Fleets, beside a Go operator on controller-runtime': [
      ['', `${few.count} apps`, 'Go', `${many.count} apps`, 'Go'],
      ...rows.map((row, index) => [
        row,
        columns[0]?.[index] ?? '',
        peer(few.count, index),
        columns[1]?.[index] ?? '',
        peer(many.count, index),
      ]),
    ],
    [`${single.apps.length} apps, one after another`]: [
      ['', 'median', 'p90', 'worst'],
      ...fields.map((field) => {
        const values = single.apps.map((app) => app[field]);
        return [field, figure(median(values)), figure(quantile(values, 0.9)), figure(worst(values))];
      }),
    ],
    [`${few.count} apps, ${few.idle.seconds} s with nothing to do`]: [
      ['writes', 'reads', 'watches opened', 'requests for the Lease', 'CPU'],
      [
        String(few.idle.writes),
        String(few.idle.reads),
        String(few.idle.watches),
        String(few.idle.leases),
        `${(few.idle.cpuShare * 100).toFixed(2)} %`,
      ],
    ],
    Memory: [
      ['', 'resident, MiB', 'peak, MiB'],
      ['no app', figure(single.empty), ''],
      [`${few.count} apps`, figure(few.resident), figure(few.peak)],
      [`${many.count} apps`, figure(many.resident), figure(many.peak)],
      [`${many.count} apps, started anew`, figure(many.restart.resident), ''],
    ],
  };
}
