import type { Clock } from '../../runtime/clock.ts';

const MOST = 20;
const WINDOW_MS = 60_000;
const MOST_ADDRESSES = 1_000;

/** Counts attempts to sign in. An address has 20 a minute. */
export class Attempts {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #windows = new Map<string, { readonly since: number; readonly count: number }>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Counts an attempt. Returns false if the address has none left. */
  take(address: string): boolean {
    const now = this.#clock.now();
    const known = this.#windows.get(address);
    const { since, count } = known && now - known.since < WINDOW_MS ? known : { since: now, count: 0 };
    if (count >= MOST) return false;
    const [oldest] = this.#windows.keys();
    if (!known && this.#windows.size >= MOST_ADDRESSES && oldest !== undefined) this.#windows.delete(oldest);
    this.#windows.set(address, { since, count: count + 1 });
    return true;
  }
}
