import type { Clock } from '../runtime/clock.ts';
import { RefusalWatch } from './refusals.ts';
import { Failures } from './status/failure.ts';
import { Pace } from './status/pace.ts';
import { JobTime } from './tasks/job-time.ts';

/** What the operator remembers of one app from one reconcile to the next. A restart of the operator loses it, which does no harm. */
export class Memory {
  readonly pace = new Pace();
  readonly failures: Failures;
  readonly jobTime: JobTime;
  readonly refusals: RefusalWatch;

  constructor({ clock, now }: { readonly clock: Clock; readonly now: () => Date }) {
    this.failures = new Failures(clock);
    this.jobTime = new JobTime(clock, now);
    this.refusals = new RefusalWatch(clock);
  }
}
