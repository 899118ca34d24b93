import { KINDS } from './kinds.ts';
import type { Random } from './random.ts';

/** How a run goes, drawn from its seed. */
export interface Temper {
  /** How readily each kind of thing happens when it may. */
  readonly eager: Readonly<Record<'serve' | 'answer' | 'watch' | 'workload' | 'person' | 'timer', number>>;
  /** Some kinds' watches are late. */
  readonly late: Readonly<Record<string, number>>;
  /** How soon it is seen that web pods are ready, or are no more. */
  readonly probes: number;
  readonly refused: number;
  readonly lost: number;
  readonly failingJobs: number;
  kills: number;
  brokenWatches: number;
  changes: number;
  sabotages: number;
  recreations: number;
  /** How readily something happens to an app that is not at rest, compared with one that is. */
  readonly haste: number;
  /** How often something happens to the volume or to the credentials. */
  accidents: number;
  snapshots: number;
  /** How many finished Jobs are removed. */
  cleanings: number;
  /** How often all writes of one kind are refused or rewritten for a time. */
  obstacles: number;
  /** How often others do something that they undo later. */
  situations: number;
}

export const CALM: Temper = {
  eager: { serve: 6, answer: 8, watch: 9, workload: 3, person: 2, timer: 1 },
  late: {},
  probes: 1,
  refused: 0,
  lost: 0,
  failingJobs: 0,
  kills: 0,
  brokenWatches: 0,
  changes: 0,
  sabotages: 0,
  recreations: 0,
  haste: 1,
  accidents: 0,
  snapshots: 0,
  cleanings: 0,
  obstacles: 0,
  situations: 0,
};

export function temperOf(random: Random): Temper {
  const eagerness = (): number => random.pick([1, 1, 0.3, 0.1, 0.03]);
  const late = KINDS.map(({ plural }) => [plural, random.pick([1, 1, 1, 0.2, 0.02])] as const);
  return {
    eager: {
      serve: eagerness(),
      answer: eagerness(),
      watch: eagerness(),
      workload: eagerness(),
      person: random.pick([0.3, 0.1, 0.03]),
      timer: random.pick([0, 0.01, 0.1]),
    },
    late: Object.fromEntries(late),
    probes: random.pick([1, 0.03]),
    refused: random.pick([0, 0, 0.03, 0.2]),
    lost: random.pick([0, 0, 0.03, 0.15]),
    failingJobs: random.pick([0, 0, 0.5]),
    kills: random.pick([0, 0, 1, 3]),
    brokenWatches: random.pick([0, 2, 6]),
    changes: random.below(6),
    sabotages: random.pick([0, 0, 1, 4]),
    recreations: random.pick([0, 0, 0, 1]),
    haste: random.pick([1, 0.02]),
    accidents: random.pick([0, 1, 2, 3, 6]),
    snapshots: random.pick([0, 1, 2]),
    cleanings: random.pick([0, 0, 1, 3]),
    obstacles: random.pick([0, 0, 1, 3]),
    situations: random.pick([0, 1, 2, 4]),
  };
}
