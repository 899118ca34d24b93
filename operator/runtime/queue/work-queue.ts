import { systemClock, type Clock } from '../clock.ts';
import type { QueueMetrics } from '../telemetry/queue-metrics.ts';

/** The delay in milliseconds after the nth failure in a row. */
export type Backoff = (failures: number) => number;

/** Doubles `baseMs` with each failure, up to `maxMs`. */
export const exponential =
  (baseMs: number, maxMs: number): Backoff =>
  (failures) =>
    Math.min(baseMs * 2 ** (failures - 1), maxMs);

/** `high`: a change of the declared state. `low`: a first list or a resync. */
export type Priority = 'high' | 'normal' | 'low';

/** From the highest to the lowest. */
const PRIORITIES = ['high', 'normal', 'low'] as const;

/** One key in this many is of a lower priority, if one waits. */
const SHARE = 5;

/**
 * A queue of keys, after client-go's workqueue.
 *
 * - A key is never queued twice, and never processed by two workers at once. A key that is added while it is being processed is queued again
 *   when it is done, so no change is lost.
 * - Keys of a higher priority come first. To prevent starvation, every fifth key is a waiting one of a lower priority. A key that is added
 *   with several priorities has the highest of them.
 */
export class WorkQueue {
  readonly #backoff: Backoff;
  readonly #clock: Clock;
  readonly #ready: Readonly<Record<Priority, Set<string>>> = { high: new Set(), normal: new Set(), low: new Set() };
  /** How many keys of higher priorities were taken while keys of this priority waited. */
  readonly #passedOver: Record<Priority, number> = { high: 0, normal: 0, low: 0 };
  /** The keys in process, and when each was begun. */
  readonly #processing = new Map<string, number>();
  /** When each waiting key was added. */
  readonly #since = new Map<string, number>();
  /** Keys that were added while they were in process. */
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
    return PRIORITIES.reduce((sum, priority) => sum + this.#ready[priority].size, 0);
  }

  /** How long each key in process has taken so far, in milliseconds. */
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
    const waitsAt = PRIORITIES.find((each) => this.#ready[each].has(key));
    if (waitsAt !== undefined) {
      if (higher(priority, waitsAt) === waitsAt) return;
      this.#ready[waitsAt].delete(key);
    }
    const wake = this.#waiting.shift();
    if (wake) {
      this.#begin(key);
      wake(key);
    } else {
      this.#ready[priority].add(key);
    }
  }

  /** Adds a key after a delay. If a key has several delays, the earliest end counts. */
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

  /** Adds a key again after a failure, with backoff, and not before `atLeastMs`. */
  retry(key: string, atLeastMs = 0): void {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    this.#metrics?.retried();
    this.addAfter(key, Math.max(atLeastMs, this.#backoff(failures)));
  }

  /** Resets the backoff of a key. Call it after a success. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** Resolves with the next key, or with undefined when the queue is closed. */
  async next(): Promise<string | undefined> {
    if (this.#closed) return undefined;
    const key = this.#take();
    if (key !== undefined) {
      this.#begin(key);
      return key;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Takes from the highest priority, or from a lower one whose turn it is. */
  #take(): string | undefined {
    const waiting = PRIORITIES.filter((priority) => this.#ready[priority].size > 0);
    const chosen = waiting.find((priority) => this.#passedOver[priority] >= SHARE - 1) ?? waiting[0];
    if (chosen === undefined) return undefined;
    for (const priority of PRIORITIES) {
      if (priority === chosen || !waiting.includes(priority)) this.#passedOver[priority] = 0;
      else if (higher(priority, chosen) === chosen) this.#passedOver[priority] += 1;
    }
    const [key = ''] = this.#ready[chosen];
    this.#ready[chosen].delete(key);
    return key;
  }

  /** Ends the processing of a key that `next` returned. */
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

  /** Drops all delayed keys, and makes `next` return undefined. */
  close(): void {
    this.#closed = true;
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
    for (const wake of this.#waiting) wake(undefined);
    this.#waiting = [];
  }
}

const higher = (one: Priority, other: Priority | undefined): Priority =>
  other !== undefined && PRIORITIES.indexOf(other) < PRIORITIES.indexOf(one) ? other : one;
