import { VACATION_APP } from '../api/vacation-app.ts';
import type { Stores } from '../runtime/cache/store.ts';
import { appKeyOf } from '../vacation-app/controller.ts';

export interface AppChange {
  /** The key of the app. */
  readonly key: string;
  /** Whether the app itself has changed, not only one of its children. */
  readonly isOfApp: boolean;
}

export type ChangeListener = (change: AppChange) => void;

/** Tells listeners of changes in the caches. Without listeners it does nothing. */
export class Changes {
  readonly #listeners = new Set<ChangeListener>();

  constructor(stores: Stores) {
    for (const [kind, store] of stores) {
      store.onChange(({ before, after }) => {
        const object = after ?? before;
        const key = this.#listeners.size > 0 && object ? appKeyOf(object) : undefined;
        if (key === undefined) return;
        for (const listener of this.#listeners) listener({ key, isOfApp: kind === VACATION_APP.kind });
      });
    }
  }

  get size(): number {
    return this.#listeners.size;
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
