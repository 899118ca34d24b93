import { systemClock, type Clock } from '../clock.ts';
import { keyOf, type KubeObject } from '../client/kinds.ts';

/** What somebody else changed. */
export interface Drifted {
  /** `Kind/name`, in the owner's namespace. */
  readonly object: string;
  /** In readable form, e.g. `spec.ports[http].port`. `*` is the whole object, which had been deleted. */
  readonly field: string;
  /** The field manager that changed it. `admission` is a mutating webhook or policy, `unknown` means that Kubernetes recorded none. */
  readonly manager: string;
}

/** How often we corrected it since the last report, and when last. */
export interface Corrected extends Drifted {
  readonly count: number;
  readonly last: Date;
}

export const WHOLE_OBJECT = '*';
export const UNKNOWN_MANAGER = 'unknown';
/** Stands for a mutating webhook or policy, which changes an object within the write request. */
export const ADMISSION = 'admission';

const REPORT_EVERY_MS = 60_000;
/** A field that nobody has changed for this long is no longer contested. Must be longer than the longest pause. */
const CALM_MS = 600_000;
const AT_ONCE = 5;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;

/** How long to wait, in milliseconds, before the next correction of a field that was corrected `count` times and changed again each time. */
export const pauseAfter = (count: number): number =>
  count < AT_ONCE ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (count - AT_ONCE), LONGEST_PAUSE_MS);

/** The time of day, for reports, and the monotonic clock, for pauses. */
export interface Times {
  readonly clock: Clock;
  readonly now: () => Date;
}

/** The drift of each owner, by its key. A new owner of the same name (another uid) starts with an empty record. */
export class Drift {
  readonly #times: Times;
  readonly #owners = new Map<string, { uid: string; drift: OwnerDrift }>();

  constructor(times: Times = { clock: systemClock, now: () => new Date() }) {
    this.#times = times;
  }

  of(owner: KubeObject): OwnerDrift {
    const uid = owner.metadata.uid ?? '';
    const known = this.#owners.get(keyOf(owner));
    if (known?.uid === uid) return known.drift;
    const drift = new OwnerDrift(this.#times);
    this.#owners.set(keyOf(owner), { uid, drift });
    return drift;
  }

  /** Drops the record of an owner that is gone. */
  forget(key: string): void {
    this.#owners.delete(key);
  }

  /** The number of contested fields of all owners. */
  get contested(): number {
    let count = 0;
    for (const { drift } of this.#owners.values()) count += drift.contested.length;
    return count;
  }
}

/** An object as it was when we last found it as desired or wrote it. */
export interface Settled {
  /** The object in the cache, if it has not changed since. */
  readonly live: KubeObject;
  /** What we applied, if a webhook or policy changed it within the request. */
  readonly rewritten?: KubeObject;
}

interface Fight extends Drifted {
  count: number;
  at: number;
}

/**
 * Records which fields of one owner's objects others change, how often we corrected them, and when the next correction is due.
 *
 * The first five corrections of a field happen at once. Further ones wait for pauses that double from one second to five minutes. The
 * count starts again when a correction has lasted for ten minutes. A pause holds for one field only, and an apply for another reason
 * corrects a paused field too.
 */
export class OwnerDrift {
  readonly #times: Times;
  readonly #settled = new Map<string, Settled>();
  readonly #fights = new Map<string, Fight>();
  /** The latest come last. */
  readonly #unreported = new Map<string, Corrected>();
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(times: Times) {
    this.#times = times;
  }

  /** Call this when the object was found as desired, or was written. */
  settle(object: string, settled: Settled): void {
    this.#settled.set(object, settled);
  }

  /** Call this before we delete the object ourselves. */
  release(object: string): void {
    this.#settled.delete(object);
  }

  settled(object: string): Settled | undefined {
    return this.#settled.get(object);
  }

  /** Whether the correction of the field is paused. */
  isBackedOff(object: string, field: string): boolean {
    return this.#pauseLeft(this.#fights.get(id(object, field))) > 0;
  }

  /** Call this after a correction of drift. */
  corrected(drifted: Drifted): void {
    const { object, field } = drifted;
    const fight = this.#fights.get(id(object, field));
    const count = fight && this.#isContested(fight) ? fight.count + 1 : 1;
    this.#fights.set(id(object, field), { ...drifted, count, at: this.#times.clock.now() });
    const known = `${id(object, field)} ${drifted.manager}`;
    const before = this.#unreported.get(known)?.count ?? 0;
    this.#unreported.delete(known);
    this.#unreported.set(known, { ...drifted, count: before + 1, last: this.#times.now() });
  }

  /** The fields whose corrections are paused, because others keep changing them. */
  get contested(): Drifted[] {
    return [...this.#fights.values()].filter((fight) => pauseAfter(fight.count) > 0 && this.#isContested(fight));
  }

  /** The corrections to report now, the latest last. None if the last report is less than a minute old. */
  due(): readonly Corrected[] {
    return this.#nextReportMs() <= 0 ? [...this.#unreported.values()] : [];
  }

  /** Call this when what is due has been written to the status. */
  reported(): void {
    this.#unreported.clear();
    this.#reportedAt = this.#times.clock.now();
  }

  /**
   * How long until the next reconcile is needed even without an event: a pause ends, a report is due, or a field is no longer contested.
   * `since` is when the last reconcile began. That reconcile skipped fields whose pause ended after `since`, so they are due now.
   */
  nextLookMs(since: number): number | undefined {
    const looks = this.#unreported.size > 0 ? [this.#nextReportMs()] : [];
    for (const [key, fight] of this.#fights) {
      if (!this.#isContested(fight)) this.#fights.delete(key);
      else if (pauseAfter(fight.count) > 0) {
        looks.push(pauseEnd(fight) > since ? this.#pauseLeft(fight) : this.#calmIn(fight));
      }
    }
    return looks.length === 0 ? undefined : Math.max(0, Math.min(...looks));
  }

  #pauseLeft(fight: Fight | undefined): number {
    return fight ? Math.max(0, pauseEnd(fight) - this.#times.clock.now()) : 0;
  }

  #calmIn(fight: Fight): number {
    return fight.at + CALM_MS - this.#times.clock.now();
  }

  #isContested(fight: Fight): boolean {
    return this.#calmIn(fight) > 0;
  }

  #nextReportMs(): number {
    return this.#reportedAt + REPORT_EVERY_MS - this.#times.clock.now();
  }
}

const pauseEnd = ({ at, count }: Fight): number => at + pauseAfter(count);

const id = (object: string, field: string): string => `${object} ${field}`;
