import { isDeepStrictEqual } from 'node:util';
import { isWarning } from '../../api/reasons.ts';
import { CONDITION, type VacationAppStatus } from '../../api/vacation-app.ts';

/** For how long a change of small things waits for others: a rollout is told in a few writes instead of one a pod, and one a step. */
const PATIENCE_MS = 500;

/**
 * When a changed status is due.
 *
 * 1. At once: somebody is answered, `Ready` turns, or something is wrong.
 * 2. Of an app that comes up or rolls out as it should, every further step: soon, together with those that follow meanwhile.
 * 3. Of any other, where a condition turns: at once; where only numbers and words differ: soon.
 */
export class Pace {
  readonly #since = new Map<string, number>();

  /** Milliseconds until the status is to be written, 0 for now. */
  waitMs(key: string, before: VacationAppStatus | undefined, after: VacationAppStatus, now: number): number {
    const since = this.#since.get(key) ?? now;
    const waited = now - since;
    // a clock that was set back tells nothing of how long it was
    if (isUrgent(before, after) || waited >= PATIENCE_MS || waited < 0) {
      this.#since.delete(key);
      return 0;
    }
    this.#since.set(key, since);
    return PATIENCE_MS - waited;
  }

  forget(key: string): void {
    this.#since.delete(key);
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

/** Not ready yet, and for no reason that somebody should hear of. */
function isUnderWay(status: VacationAppStatus | undefined): boolean {
  const ready = status?.conditions?.find(({ type }) => type === CONDITION.ready);
  return ready?.status === 'False' && !isWarning(ready.reason);
}
