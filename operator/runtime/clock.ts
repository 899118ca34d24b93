/** The clock, passed as an argument so that tests and simulations can control it. */
export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Runs `run` once after that long. The returned function cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** Node runs a longer timer at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};
