import { isDeepStrictEqual } from 'node:util';
import { isWarning } from '../../api/reasons.ts';
import { CONDITION, type VacationAppStatus } from '../../api/vacation-app.ts';

/** How long a small change waits for others, so that a rollout needs a few status writes instead of one for each pod and step. */
const PATIENCE_MS = 500;

/**
 * Decides when the changed status of one app is written.
 *
 * 1. At once when the generation is observed for the first time, `Ready` changes, or something is wrong.
 * 2. Soon for each further step of an app that starts or rolls out without a fault. One write covers the steps of that time.
 * 3. Otherwise at once when a condition changes, and soon when only numbers and messages differ.
 */
export class Pace {
  /** When the oldest unwritten change was seen. */
  #since: number | undefined;

  /** Milliseconds until the status is to be written, 0 for now. */
  waitMs(before: VacationAppStatus | undefined, after: VacationAppStatus, now: number): number {
    this.#since ??= now;
    const waited = now - this.#since;
    // If the clock was set back, the difference does not say how much time has passed.
    if (isUrgent(before, after) || waited >= PATIENCE_MS || waited < 0) {
      this.settled();
      return 0;
    }
    return PATIENCE_MS - waited;
  }

  /** Call this when no change is left to write. */
  settled(): void {
    this.#since = undefined;
  }
}

const isUrgent = (before: VacationAppStatus | undefined, after: VacationAppStatus): boolean =>
  !isDeepStrictEqual(answers(before), answers(after)) ||
  (!(isUnderWay(before) && isUnderWay(after)) && !isDeepStrictEqual(turns(before), turns(after)));

const answers = (status: VacationAppStatus | undefined): unknown => [
  status?.observedGeneration,
  status?.lastHandled,
  status?.drift,
];

const turns = (status: VacationAppStatus | undefined): unknown =>
  status?.conditions?.map(({ type, status: value, reason }) => [type, value, reason]);

/** Not ready yet, without a fault. */
function isUnderWay(status: VacationAppStatus | undefined): boolean {
  const ready = status?.conditions?.find(({ type }) => type === CONDITION.ready);
  return ready?.status === 'False' && !isWarning(ready.reason);
}
