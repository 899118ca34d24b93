import type { V1Job } from '@kubernetes/client-node';
import type { Clock } from '../../runtime/clock.ts';
import { finishedAt } from './jobs.ts';

/**
 * The time of day, for the age of one app's Jobs that have ended. The cluster's clock sets the time of the end, and the clock of this process may be
 * ahead of it. If this process has seen the last Job run, the Job cannot have ended before that, so this limits its age.
 */
export class JobTime {
  readonly #clock: Clock;
  readonly #now: () => Date;
  /** When each Job was last seen to run, by its uid and the monotonic clock. */
  #seen: ReadonlyMap<string, number> = new Map();

  constructor(clock: Clock, now: () => Date) {
    this.#clock = clock;
    this.#now = now;
  }

  /** The time of day, limited by the given Jobs: all of the app. */
  now(jobs: readonly V1Job[]): Date {
    const monotonic = this.#clock.now();
    const seen = new Map<string, number>();
    let last: { readonly end: number; readonly ranAt: number | undefined } | undefined;
    for (const job of jobs) {
      const uid = job.metadata?.uid ?? '';
      const end = finishedAt(job);
      const ranAt = end === undefined ? monotonic : this.#seen.get(uid);
      if (ranAt !== undefined) seen.set(uid, ranAt);
      if (end !== undefined && end >= (last?.end ?? end)) last = { end, ranAt };
    }
    this.#seen = seen;
    const now = this.#now().getTime();
    return new Date(last?.ranAt === undefined ? now : Math.min(now, last.end + monotonic - last.ranAt));
  }
}
