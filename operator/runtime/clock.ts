/** Time, as an argument: that of the machine, or one that a simulation turns. */
export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Runs once after that long; the function returned calls it off. */
  after(ms: number, run: () => void): () => void;
}

/** A longer timer would end at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};
