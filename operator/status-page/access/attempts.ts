import type { Clock } from '../../runtime/clock.ts';

const MOST = 20;
const WINDOW_MS = 60_000;
const MOST_ADDRESSES = 1_000;

interface Window {
  readonly since: number;
  readonly count: number;
}

/** Counts attempts to sign in that failed. An address has 20 a minute. */
export class Attempts {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #windows = new Map<string, Window>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  hasLeft(address: string): boolean {
    return this.#windowOf(address).count < MOST;
  }

  /** Counts an attempt that failed. */
  fail(address: string): void {
    const { since, count } = this.#windowOf(address);
    const [oldest] = this.#windows.keys();
    if (!this.#windows.has(address) && this.#windows.size >= MOST_ADDRESSES && oldest !== undefined)
      this.#windows.delete(oldest);
    this.#windows.set(address, { since, count: count + 1 });
  }

  #windowOf(address: string): Window {
    const now = this.#clock.now();
    const known = this.#windows.get(address);
    return known && now - known.since < WINDOW_MS ? known : { since: now, count: 0 };
  }
}
