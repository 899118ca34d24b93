import { type Check, figure, type Report } from '../report.ts';
import type { BookingRate } from './measure-bookings.ts';
import type { LogInEffect } from './measure-log-ins.ts';
import type { RouteCost } from './measure-routes.ts';

export interface Results {
  readonly starts: { readonly cpuMs: number; readonly ms: number };
  readonly idle: { readonly resident: number; readonly share: number };
  readonly loaded: { readonly resident: number; readonly share: number; readonly peak: number };
  readonly routes: readonly RouteCost[];
  readonly bookings: BookingRate;
  readonly logIns: LogInEffect;
}

/** The figures as tables, and the bounds that they are to keep. None is a gate: what it does decides, not what it costs. */
export function reportOf(results: Results): Omit<Report, 'notes'> {
  return { tables: tablesOf(results), checks: aimsOf(results) };
}

function aimsOf({ routes, bookings, idle, loaded, logIns, starts }: Results): readonly Check[] {
  const aim = (what: string, value: number, bound: Partial<Check>, unit: string): Check => ({ kind: 'aim', what, value, unit, ...bound }); // prettier-ignore
  return [
    ...routes.flatMap(({ route, minimal }) =>
      minimal ? [aim(`${route.name}: CPU of a minimal Express app`, minimal.ratio, { atMost: 2 }, 'times')] : [],
    ),
    ...routes
      .filter(({ route }) => route.kind !== 'page')
      .map(({ route, app }) => {
        const atLeast = route.kind === 'log-in' ? 20 : 2;
        return aim(`${route.name}: less CPU than the original`, route.original[0] / app, { atLeast }, 'times');
      }),
    aim('bookings for one departure: of those of a bare loop', bookings.ratio, { atLeast: 0.5 }, 'times'),
    aim('memory idle', idle.resident, { atMost: 115 }, 'MiB'),
    aim('memory under load, the most', loaded.peak, { atMost: 150 }, 'MiB'),
    aim('a page while 16 log-ins run: time without', logIns.during.p50 / logIns.alone.p50, { atMost: 2 }, 'times'),
    aim('start to ready, CPU', starts.cpuMs / 1000, { atMost: 0.6 }, 's'),
  ];
}

function tablesOf({ routes, bookings, idle, loaded, starts, logIns }: Results): Report['tables'] {
  const milliseconds = (value: number) => value.toFixed(3);
  return {
    'CPU per request, in ms': [
      ['request', 'web app', 'minimal Express app', 'ratio', 'statements', 'original'],
      ...routes.map(({ route, app, minimal, statements }) => [
        route.name,
        milliseconds(app),
        minimal ? milliseconds(minimal.cpu) : '',
        minimal ? figure(minimal.ratio) : '',
        statements.toFixed(2),
        [...new Set<number>(route.original)].join(' to '),
      ]),
    ],
    Memory: [
      ['when', 'resident, MiB', 'proportional, MiB', 'peak, MiB'],
      ['idle', figure(idle.resident), figure(idle.share), ''],
      ['after all of the above', figure(loaded.resident), figure(loaded.share), figure(loaded.peak)],
    ],
    'Start to ready': [
      ['CPU, s', 'wall, s'],
      [figure(starts.cpuMs / 1000), figure(starts.ms / 1000)],
    ],
    'Bookings a second, all for the same departure': [
      ['web app', 'bare loop', 'ratio'],
      [figure(bookings.app), figure(bookings.loop), figure(bookings.ratio)],
    ],
    'A page while 16 log-ins run, in ms': [
      ['', 'p50', 'p95'],
      ['without', figure(logIns.alone.p50), figure(logIns.alone.p95)],
      ['with', figure(logIns.during.p50), figure(logIns.during.p95)],
    ],
  };
}
