import type { Validate } from '../api/validation.ts';
import type { VacationApp } from '../api/vacation-app.ts';
import { keyOf } from '../runtime/kinds.ts';

interface Verdict {
  readonly of: string;
  readonly fault: string | undefined;
}

/** What is wrong with each app, looked at once for each generation of it. */
export class Validity {
  readonly #validate: Validate;
  readonly #known = new Map<string, Verdict>();
  readonly #told = new WeakSet<Verdict>();

  constructor(validate: Validate) {
    this.#validate = validate;
  }

  faultOf(app: VacationApp): string | undefined {
    return this.#verdictOf(app).fault;
  }

  /** Whether this is asked for the first time of what is wrong with the app. */
  isNews(app: VacationApp): boolean {
    const verdict = this.#verdictOf(app);
    const isNews = !this.#told.has(verdict);
    this.#told.add(verdict);
    return isNews;
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
