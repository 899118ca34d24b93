/** How long a key waits after its nth failure in a row, in milliseconds. */
export type Backoff = (failures: number) => number;

export const exponential =
  (baseMs: number, maxMs: number): Backoff =>
  (failures) =>
    Math.min(baseMs * 2 ** (failures - 1), maxMs);

/** A longer timer would end at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export type Priority = 'normal' | 'low';

/**
 * A queue of keys, after client-go's workqueue: a key is never queued twice, and never handed to two workers at once. A key added
 * while it is being worked on is queued again when that work is done, so no change is lost and none is worked on concurrently.
 * Keys of low priority (a first list, a resync) wait behind all others; a key wanted at both priorities has the higher one.
 */
export class WorkQueue {
  readonly #backoff: Backoff;
  readonly #ready: Record<Priority, Set<string>> = { normal: new Set(), low: new Set() };
  readonly #processing = new Set<string>();
  /** Keys wanted again while they are being processed. */
  readonly #again = new Map<string, Priority>();
  readonly #failures = new Map<string, number>();
  readonly #delayed = new Map<string, { due: number; timer: NodeJS.Timeout }>();
  #waiting: ((key: string | undefined) => void)[] = [];
  #closed = false;

  constructor(backoff: Backoff) {
    this.#backoff = backoff;
  }

  get depth(): number {
    return this.#ready.normal.size + this.#ready.low.size;
  }

  add(key: string, priority: Priority = 'normal'): void {
    if (this.#closed) return;
    if (this.#processing.has(key)) {
      this.#again.set(key, higher(priority, this.#again.get(key)));
      return;
    }
    if (this.#ready.normal.has(key)) return;
    if (priority === 'normal') this.#ready.low.delete(key);
    const wake = this.#waiting.shift();
    if (wake) {
      this.#processing.add(key);
      wake(key);
    } else {
      this.#ready[priority].add(key);
    }
  }

  /** Add a key after a delay. Of several delays for one key the soonest counts. */
  addAfter(key: string, ms: number): void {
    const due = performance.now() + ms;
    const pending = this.#delayed.get(key);
    if (this.#closed || (pending && pending.due <= due)) return;
    clearTimeout(pending?.timer);
    const timer = setTimeout(
      () => {
        this.#delayed.delete(key);
        this.add(key);
      },
      Math.min(ms, LONGEST_TIMER_MS),
    );
    this.#delayed.set(key, { due, timer });
  }

  /** Queue a key again after a failure, each time later than the last, and not before `atLeastMs`. */
  retry(key: string, atLeastMs = 0): void {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
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
        this.#processing.add(key);
        return key;
      }
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  done(key: string): void {
    this.#processing.delete(key);
    const again = this.#again.get(key);
    if (again === undefined) return;
    this.#again.delete(key);
    this.add(key, again);
  }

  close(): void {
    this.#closed = true;
    for (const { timer } of this.#delayed.values()) clearTimeout(timer);
    this.#delayed.clear();
    for (const wake of this.#waiting) wake(undefined);
    this.#waiting = [];
  }
}

const higher = (one: Priority, other: Priority | undefined): Priority => (other === 'normal' ? other : one);
