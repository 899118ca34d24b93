import { systemClock, type Clock } from '../clock.ts';
import { keyOf, type KubeObject } from '../client/kinds.ts';

/** What was put back: the form in which a status tells it. */
export interface Correction {
  /** `Kind/name`, in the owner's namespace. */
  readonly object: string;
  /** As people write it, `spec.ports[http].port`; `*` for the whole object, which had been deleted. */
  readonly field: string;
  /** The field manager that had changed it; `admission` for a mutating webhook or policy, `unknown` where Kubernetes does not tell. */
  readonly manager: string;
  readonly count: number;
  /** Of the last one, RFC 3339. */
  readonly time: string;
}

export type Drifted = Pick<Correction, 'object' | 'field' | 'manager'>;

export const WHOLE_OBJECT = '*';
export const UNKNOWN_MANAGER = 'unknown';
/** A mutating webhook or policy, which changes what is written while it is written. */
export const ADMISSION = 'admission';

const NONE: readonly Correction[] = [];
const TOLD = 10;
const TELL_MS = 60_000;
/** What was put back and stood for so long is no longer fought over. Longer than the longest pause. */
const CALM_MS = 600_000;
const AT_ONCE = 5;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;

/** How long a field that was put back `count` times, each time to be changed again, is left as others want it. */
export const pauseAfter = (count: number): number =>
  count < AT_ONCE ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (count - AT_ONCE), LONGEST_PAUSE_MS);

/** The time of day, which is told, beside the clock that pauses are measured by. */
export interface Times {
  readonly clock: Clock;
  readonly now: () => Date;
}

/** The drift of every owner, by its key; what was filed under an owner of the same name and another uid is forgotten. */
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

  forget(key: string): void {
    this.#owners.delete(key);
  }

  /** How many fields others keep changing back. */
  get contested(): number {
    let count = 0;
    for (const { drift } of this.#owners.values()) count += drift.contested.length;
    return count;
  }
}

/** An object as it was after our last look or write. */
export interface Settled {
  /** The same object as in the cache, unless it has changed since. */
  readonly live: KubeObject;
  /** What was applied, where a webhook or a policy made something else of it in the same request. */
  readonly rewritten?: KubeObject;
}

interface Fight extends Drifted {
  count: number;
  at: number;
}

/**
 * What others change in the objects of one owner, how often that was put back, and when it may be again.
 *
 * A field is put back at once, five times; if it is still changed back, after pauses that double from a second to five minutes, until a
 * correction has stood for ten minutes. Only that field waits: an apply for another reason puts it back too.
 */
export class OwnerDrift {
  readonly #times: Times;
  readonly #settled = new Map<string, Settled>();
  readonly #fights = new Map<string, Fight>();
  #untold: Correction[] = [];
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(times: Times) {
    this.#times = times;
  }

  /** The object was found as desired, or was written. */
  settle(object: string, settled: Settled): void {
    this.#settled.set(object, settled);
  }

  /** The object goes because we want it to. */
  release(object: string): void {
    this.#settled.delete(object);
  }

  settled(object: string): Settled | undefined {
    return this.#settled.get(object);
  }

  /** Whether the field is left as others want it for a while. */
  isPaused(object: string, field: string): boolean {
    return this.#pauseLeft(this.#fights.get(id(object, field))) > 0;
  }

  corrected(drifted: Drifted): void {
    const { object, field } = drifted;
    const fight = this.#fights.get(id(object, field));
    const count = fight && this.#isOn(fight) ? fight.count + 1 : 1;
    this.#fights.set(id(object, field), { ...drifted, count, at: this.#times.clock.now() });
    this.#untold = merged(this.#untold, [{ ...drifted, count: 1, time: timestamp(this.#times.now()) }]);
  }

  /** What is corrected with pauses, because it was changed back again and again. */
  get contested(): Drifted[] {
    return [...this.#fights.values()].filter((fight) => pauseAfter(fight.count) > 0 && this.#isOn(fight));
  }

  /** The corrections to tell, with those told before: the last ten, the latest first. Anew at most once a minute. */
  report(told: readonly Correction[] = NONE): readonly Correction[] {
    return this.#untold.length > 0 && this.#tellsInMs() <= 0 ? merged(told, this.#untold).slice(0, TOLD) : told;
  }

  /** That report was written: what in it is new. */
  reported(report: readonly Correction[], told: readonly Correction[] = NONE): readonly Correction[] {
    if (report === told) return NONE;
    const news = this.#untold;
    this.#untold = [];
    this.#toldAt = this.#times.clock.now();
    return news;
  }

  /**
   * When to look again, though nothing may happen: a pause ends, there is something to tell, or a fight is over. A pause that was not over
   * when the last look began, at `since` on the clock, was respected by it, even if it is over now.
   */
  nextLookMs(since: number): number | undefined {
    const looks = this.#untold.length > 0 ? [this.#tellsInMs()] : [];
    for (const [key, fight] of this.#fights) {
      if (!this.#isOn(fight)) this.#fights.delete(key);
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

  #isOn(fight: Fight): boolean {
    return this.#calmIn(fight) > 0;
  }

  #tellsInMs(): number {
    return this.#toldAt + TELL_MS - this.#times.clock.now();
  }
}

const pauseEnd = ({ at, count }: Fight): number => at + pauseAfter(count);

const id = (object: string, field: string): string => `${object} ${field}`;

const isSame = (one: Drifted, other: Drifted): boolean =>
  one.object === other.object && one.field === other.field && one.manager === other.manager;

/** Equal ones counted together, the latest first. */
function merged(before: readonly Correction[], after: readonly Correction[]): Correction[] {
  const all = [...before];
  for (const correction of [...after].reverse()) {
    const index = all.findIndex((known) => isSame(known, correction));
    const [known] = index < 0 ? [] : all.splice(index, 1);
    all.unshift({ ...correction, count: (known?.count ?? 0) + correction.count });
  }
  return all;
}

const timestamp = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;
