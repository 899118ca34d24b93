import { REASON } from '../../api/reasons.ts';
import { isRefusal } from '../../runtime/client/api-error.ts';
import type { Clock } from '../../runtime/clock.ts';
import { TerminalError, WaitingError } from '../../runtime/queue/errors.ts';

/** Why the last reconcile did not get through. */
export interface Failure {
  readonly reason: string;
  readonly message: string;
  /** The API server did not get to it, and is asked again: nothing is known to be wrong with the app. */
  readonly isPassing: boolean;
  /** Of one that should pass: it has lasted longer than a few tries. */
  readonly hasLasted?: boolean;
}

/** Whether it keeps something from being made: it does not pass by itself, or has lasted. */
export const isHindrance = ({ isPassing, hasLasted }: Failure): boolean => !isPassing || hasLasted === true;

const TRIES = 5;
const LASTING_MS = 5_000;

/** How long the failures of one app last that should pass by themselves, such as that of a webhook that is down. */
export class Failures {
  readonly #clock: Clock;
  #streak: { since: number; tries: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What the latest reconcile of the app came to; undefined where it got through. */
  of(error: Error | undefined): Failure | undefined {
    const failure = failureFrom(error);
    if (failure?.isPassing !== true) {
      this.#streak = undefined;
      return failure;
    }
    const now = this.#clock.now();
    const { since, tries } = this.#streak ?? { since: now, tries: 0 };
    this.#streak = { since, tries: tries + 1 };
    return { ...failure, hasLasted: tries >= TRIES && now - since >= LASTING_MS };
  }
}

function failureFrom(error: Error | undefined): Failure | undefined {
  if (error === undefined) return undefined;
  const { message } = error;
  if (error instanceof TerminalError || error instanceof WaitingError) {
    return { reason: error.reason, message, isPassing: false };
  }
  return { reason: REASON.applyFailed, message, isPassing: !isRefusal(error) };
}
