import type { Validate } from '../api/validation.ts';
import type { VacationApp } from '../api/vacation-app.ts';
import { keyOf } from '../runtime/client/kinds.ts';

interface Verdict {
  readonly of: string;
  readonly fault: string | undefined;
}

/** The API server forgets an event an hour after it was last told. */
const TOLD_AGAIN_MS = 1_800_000;

/** What is wrong with each app, looked at once for each generation of it. */
export class Validity {
  readonly #validate: Validate;
  readonly #known = new Map<string, Verdict>();
  readonly #toldAt = new WeakMap<Verdict, number>();

  constructor(validate: Validate) {
    this.#validate = validate;
  }

  faultOf(app: VacationApp): string | undefined {
    return this.#verdictOf(app).fault;
  }

  /** Whether what is wrong with the app is to be told: the first time that this is asked, and again before it is forgotten. */
  isNews(app: VacationApp, now: Date): boolean {
    const verdict = this.#verdictOf(app);
    const agoMs = now.getTime() - (this.#toldAt.get(verdict) ?? -Infinity);
    if (agoMs >= 0 && agoMs < TOLD_AGAIN_MS) return false;
    this.#toldAt.set(verdict, now.getTime());
    return true;
  }

  forget(key: string): void {
    this.#known.delete(key);
  }

  #verdictOf(app: VacationApp): Verdict {
    const key = keyOf(app);
    const { uid = '', generation = 0 } = app.metadata;
    const of = `${uid}/${generation}`;
    const known = this.#known.get(key);
    if (known?.of === of) return known;
    const verdict = { of, fault: this.#validate(app) };
    this.#known.set(key, verdict);
    return verdict;
  }
}
