import { systemClock, type Clock } from './clock.ts';
import type { QueueMetrics } from './metrics.ts';

/** How long a key waits after its nth failure in a row, in milliseconds. */
export type Backoff = (failures: number) => number;

export const exponential =
  (baseMs: number, maxMs: number): Backoff =>
  (failures) =>
    Math.min(baseMs * 2 ** (failures - 1), maxMs);

export type Priority = 'normal' | 'low';

/**
 * A queue of keys, after client-go's workqueue: a key is never queued twice, and never handed to two workers at once. A key added
 * while it is being worked on is queued again when that work is done, so no change is lost and none is worked on concurrently.
 * Keys of low priority (a first list, a resync) wait behind all others; a key wanted at both priorities has the higher one.
 */
export class WorkQueue {
  readonly #backoff: Backoff;
  readonly #clock: Clock;
  readonly #ready: Record<Priority, Set<string>> = { normal: new Set(), low: new Set() };
  /** Keys that are worked on, and since when. */
  readonly #processing = new Map<string, number>();
  /** Since when keys wait. */
  readonly #since = new Map<string, number>();
  /** Keys wanted again while they are being processed. */
  readonly #again = new Map<string, Priority>();
  readonly #failures = new Map<string, number>();
  readonly #delayed = new Map<string, { due: number; cancel: () => void }>();
  #waiting: ((key: string | undefined) => void)[] = [];
  #closed = false;

  readonly #metrics: QueueMetrics | undefined;

  constructor(backoff: Backoff, clock: Clock = systemClock, metrics?: QueueMetrics) {
    this.#backoff = backoff;
    this.#clock = clock;
    this.#metrics = metrics;
  }

  get depth(): number {
    return this.#ready.normal.size + this.#ready.low.size;
  }

  /** For how long each key has been worked on that is not done yet, in milliseconds. */
  get unfinishedMs(): number[] {
    return [...this.#processing.values()].map((since) => this.#clock.now() - since);
  }

  add(key: string, priority: Priority = 'normal'): void {
    if (this.#closed) return;
    if (!this.#since.has(key)) {
      this.#since.set(key, this.#clock.now());
      this.#metrics?.added();
    }
    if (this.#processing.has(key)) {
      this.#again.set(key, higher(priority, this.#again.get(key)));
      return;
    }
    if (this.#ready.normal.has(key)) return;
    if (priority === 'normal') this.#ready.low.delete(key);
    const wake = this.#waiting.shift();
    if (wake) {
      this.#begin(key);
      wake(key);
    } else {
      this.#ready[priority].add(key);
    }
  }

  /** Add a key after a delay. Of several delays for one key the soonest counts. */
  addAfter(key: string, ms: number): void {
    const due = this.#clock.now() + ms;
    const pending = this.#delayed.get(key);
    if (this.#closed || (pending && pending.due <= due)) return;
    pending?.cancel();
    const cancel = this.#clock.after(ms, () => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, { due, cancel });
  }

  /** Queue a key again after a failure, each time later than the last, and not before `atLeastMs`. */
  retry(key: string, atLeastMs = 0): void {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    this.#metrics?.retried();
    this.addAfter(key, Math.max(atLeastMs, this.#backoff(failures)));
  }

  /** The key succeeded: its next failure starts the backoff afresh. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** The next key to work on, or undefined once the queue is closed. */
  async next(): Promise<string | undefined> {
    if (this.#closed) return undefined;
    for (const ready of [this.#ready.normal, this.#ready.low]) {
      for (const key of ready) {
        ready.delete(key);
        this.#begin(key);
        return key;
      }
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  done(key: string): void {
    this.#metrics?.worked(this.#clock.now() - (this.#processing.get(key) ?? 0));
    this.#processing.delete(key);
    const again = this.#again.get(key);
    if (again === undefined) return;
    this.#again.delete(key);
    this.add(key, again);
  }

  #begin(key: string): void {
    const now = this.#clock.now();
    this.#metrics?.waited(now - (this.#since.get(key) ?? now));
    this.#since.delete(key);
    this.#processing.set(key, now);
  }

  close(): void {
    this.#closed = true;
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
    for (const wake of this.#waiting) wake(undefined);
    this.#waiting = [];
  }
}

const higher = (one: Priority, other: Priority | undefined): Priority => (other === 'normal' ? other : one);
