import { isDeepStrictEqual } from 'node:util';
import type { VacationAppStatus } from '../api/vacation-app.ts';

/** For how long a change of small things waits for others: a rollout is told in a few writes instead of one a pod. */
const PATIENCE_MS = 500;

/** When a changed status is due: at once where a condition turns or somebody is answered, soon where only numbers and words differ. */
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
  !isDeepStrictEqual(weighty(before), weighty(after));

function weighty(status: VacationAppStatus | undefined): unknown {
  const conditions = (status?.conditions ?? []).map(({ type, status: value, reason }) => [type, value, reason]);
  return [status?.observedGeneration, conditions, status?.lastHandled, status?.drift];
}
