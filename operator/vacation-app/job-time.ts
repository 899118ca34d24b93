import type { V1Job } from '@kubernetes/client-node';
import type { Clock } from '../runtime/clock.ts';
import { finishedAt } from './observe.ts';

/**
 * The time of day by which it is told how long ago Jobs ended, which the cluster's clock has written: where this process has seen one run,
 * its own may be ahead of that, and no more has passed since the Job's end than since then.
 */
export class JobTime {
  readonly #clock: Clock;
  readonly #now: () => Date;
  /** When each Job of an app was last seen to run, by the monotonic clock. */
  readonly #seen = new Map<string, ReadonlyMap<string, number>>();

  constructor(clock: Clock, now: () => Date) {
    this.#clock = clock;
    this.#now = now;
  }

  /** The same, as the Jobs of the app tell it that has that key. */
  now(key: string, jobs: readonly V1Job[]): Date {
    const monotonic = this.#clock.now();
    const seen = new Map<string, number>();
    let latest = this.#now().getTime();
    for (const job of jobs) {
      const uid = job.metadata?.uid ?? '';
      const end = finishedAt(job);
      const ranAt = end === undefined ? monotonic : this.#seen.get(key)?.get(uid);
      if (ranAt === undefined) continue;
      seen.set(uid, ranAt);
      if (end !== undefined) latest = Math.min(latest, end + monotonic - ranAt);
    }
    if (seen.size === 0) this.#seen.delete(key);
    else this.#seen.set(key, seen);
    return new Date(latest);
  }

  forget(key: string): void {
    this.#seen.delete(key);
  }
}
