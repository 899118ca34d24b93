import type { ApiError } from '../client/api-error.ts';
import type { Watcher } from './optional-reflector.ts';

/** The watches of one namespace; an empty name means the whole cluster. */
export class WatchedNamespace {
  readonly name: string;
  readonly watchers: readonly Watcher[];
  /** Resolves when every kind has been listed for the first time. */
  readonly synced: Promise<unknown>;
  #isFilled = false;

  constructor(name: string, watchers: readonly Watcher[]) {
    this.name = name;
    this.watchers = watchers;
    this.synced = Promise.all(watchers.map(({ synced }) => synced)).then(() => (this.#isFilled = true));
  }

  /** Whether the caches are filled and follow the API server. The caches of a kind that is refused are stale. */
  get isSynced(): boolean {
    return this.#isFilled && this.watchers.every(({ denial, isOptional }) => denial === undefined || isOptional);
  }

  /** The current refusal of one of the lists or watches, if there is one. */
  get denial(): ApiError | undefined {
    return this.watchers.find(({ denial }) => denial !== undefined)?.denial;
  }
}
