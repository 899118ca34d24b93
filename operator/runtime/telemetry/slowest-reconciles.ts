export interface TimedReconcile {
  readonly key: string;
  readonly ms: number;
  readonly ended: Date;
}

const MOST = 10;

/** The slowest reconciles since the process started, one for each key. */
export class SlowestReconciles {
  #list: readonly TimedReconcile[] = [];

  /** The slowest comes first. */
  get list(): readonly TimedReconcile[] {
    return this.#list;
  }

  add(reconcile: TimedReconcile): void {
    const last = this.#list.at(-1);
    if (this.#list.length >= MOST && last && reconcile.ms <= last.ms) return;
    const known = this.#list.find(({ key }) => key === reconcile.key);
    if (known && reconcile.ms <= known.ms) return;
    const others = this.#list.filter((other) => other !== known);
    this.#list = [...others, reconcile].sort((one, other) => other.ms - one.ms).slice(0, MOST);
  }
}
