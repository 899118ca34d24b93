import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../client/api-client.ts';
import { isDenied, isNotFound, type ApiError } from '../client/api-error.ts';
import type { Kind, KubeObject } from '../client/kinds.ts';
import { Reflector, type ReflectorOptions } from './reflector.ts';
import type { Store } from './store.ts';

/** A reflector, of a kind that is always served or of an optional one. */
export type Watcher = Pick<Reflector<KubeObject>, 'kind' | 'synced' | 'silentMs' | 'denial' | 'run' | 'restart'> & {
  /** Whether the kind may be absent. A refusal of it then does not stop reconciling. */
  readonly isOptional: boolean;
};

export interface OptionalReflectorOptions extends ReflectorOptions {
  /** Whether any object uses the kind. While none does, discovery is not repeated. */
  readonly isWanted: () => boolean;
  /** Called each time the cluster starts or stops serving the kind, after the store was updated. */
  readonly onServed: () => void;
  readonly lookAgainMs?: number;
}

/** Nothing is reconciled before the first answer of discovery. So the first failures are followed by short pauses, each twice the last. */
const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 4_000;

/**
 * A reflector of a kind whose CRD may be installed later, or never. It asks discovery and watches while the kind is served. A refusal of
 * discovery counts as not served. `Store.isServed` shows the result. If the cluster does not serve the kind, the reflector counts as synced, with 0 ms of silence.
 */
export class OptionalReflector<T extends KubeObject> implements Watcher {
  readonly isOptional = true;
  readonly #client: ApiClient;
  readonly #store: Store<T>;
  readonly #options: OptionalReflectorOptions;
  readonly #synced = Promise.withResolvers<undefined>();
  #isKnown = false;
  #failures = 0;
  #reflector: Reflector<T> | undefined;

  constructor(client: ApiClient, store: Store<T>, options: OptionalReflectorOptions) {
    this.#client = client;
    this.#store = store;
    this.#options = options;
  }

  get kind(): Kind {
    return this.#options.kind;
  }

  get synced(): Promise<unknown> {
    return this.#synced.promise;
  }

  get silentMs(): number | undefined {
    return this.#reflector ? this.#reflector.silentMs : this.#isKnown ? 0 : undefined;
  }

  get denial(): ApiError | undefined {
    return this.#reflector?.denial;
  }

  restart(): void {
    this.#reflector?.restart();
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#follow(signal);
      await this.#pause(signal);
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    try {
      if (await this.#isServed(signal)) await this.#watch(signal);
      if (!signal.aborted) this.#markAbsent();
    } catch (error) {
      this.#failures += 1;
      if (!signal.aborted) this.#options.onError?.(error);
    }
  }

  #markAbsent(): void {
    const wasServed = this.#store.isServed;
    this.#store.absent(this.#options.namespace);
    this.#isKnown = true;
    this.#synced.resolve(undefined);
    if (wasServed) this.#options.onServed();
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const { isWanted, lookAgainMs = 10_000 } = this.#options;
    const ms = this.#isKnown
      ? lookAgainMs
      : Math.min(lookAgainMs, LONGEST_RETRY_MS, RETRY_MS * 2 ** (this.#failures - 1));
    do await sleep(ms, undefined, { signal }).catch(() => undefined);
    while (this.#isKnown && !signal.aborted && !isWanted());
  }

  async #isServed(signal: AbortSignal): Promise<boolean> {
    const { apiVersion, plural } = this.kind;
    try {
      const { resources } = await this.#client.request<{ resources: { name: string }[] }>({
        method: 'GET',
        path: `/apis/${apiVersion}`,
        signal,
      });
      return resources.some(({ name }) => name === plural);
    } catch (error) {
      if (!isDenied(error)) throw error;
      if (!isNotFound(error)) this.#options.onError?.(error);
      return false;
    }
  }

  /** Watches until the API server no longer serves the kind. */
  async #watch(signal: AbortSignal): Promise<void> {
    const { onError, onServed } = this.#options;
    const gone = new AbortController();
    this.#reflector = new Reflector(this.#client, this.#store, {
      ...this.#options,
      onError: (error) => {
        if (isNotFound(error)) gone.abort();
        else onError?.(error);
      },
    });
    void this.#reflector.synced.then(() => {
      this.#synced.resolve(undefined);
      onServed();
    });
    await this.#reflector.run(AbortSignal.any([signal, gone.signal]));
    this.#reflector = undefined;
  }
}
