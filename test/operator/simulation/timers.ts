import type { Clock } from '../../../operator/runtime/clock.ts';

export interface Timer {
  readonly due: number;
  readonly order: number;
  readonly run: () => void;
}

/** Time that stands still until a timer is let run. One process uses it after the other; those of the last one are forgotten. */
export class Timers {
  /** Milliseconds since the beginning. */
  time = 0;
  #order = 0;
  #timers = new Set<Timer>();

  /** A clock for a new process. */
  begin(): Clock {
    const timers = new Set<Timer>();
    this.#timers = timers;
    return {
      now: () => this.time,
      after: (ms, run) => {
        const timer = { due: this.time + ms, order: (this.#order += 1), run };
        timers.add(timer);
        return () => timers.delete(timer);
      },
    };
  }

  /** The one that is due first. */
  get next(): Timer | undefined {
    return [...this.#timers].sort((one, other) => one.due - other.due || one.order - other.order)[0];
  }

  fire(timer: Timer): void {
    this.#timers.delete(timer);
    this.time = Math.max(this.time, timer.due);
    timer.run();
  }
}
