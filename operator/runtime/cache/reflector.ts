import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../client/api-client.ts';
import { ApiError, isDenied, isGone } from '../client/api-error.ts';
import { pathOf, type Kind, type KubeObject } from '../client/kinds.ts';
import type { Store } from './store.ts';

export interface ReflectorOptions {
  readonly kind: Kind;
  /** Empty: every namespace. */
  readonly namespace: string;
  readonly labelSelector?: string;
  /** Default 100. Pages of 500 raise the memory at the start from 186 MiB to 283 (1,000 apps). */
  readonly pageSize?: number;
  /**
   * How long a watch may stay silent before it counts as dead. Default 90 s. The API server sends a bookmark about once a minute, so a
   * longer silence means a broken connection.
   */
  readonly silenceMs?: number;
  /** The delay before the nth attempt in a row, and its upper limit. */
  readonly backoff?: (failures: number, mostMs: number) => number;
  readonly onError?: (error: unknown) => void;
  /** Called when a list has succeeded after the API server had refused one. */
  readonly onGranted?: () => void;
}

interface ListAnswer<T> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: T[];
}

/** A watch that ends sooner, without any event, counts as a failure, so that the backoff applies. */
const SHORT_MS = 1_000;
const LONGEST_BACKOFF_MS = 4_000;
/** Somebody has to act, so asking more often only costs the API server. */
const LONGEST_BACKOFF_DENIED_MS = 60_000;

type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; readonly object: T }
  | { readonly type: 'ERROR'; readonly object: { code?: number; reason?: string; message?: string } };

/**
 * Keeps a store equal to one collection of the API server. It lists in pages, then watches, and resumes each watch where the last one
 * ended. It lists again only after a 410 (as a status or as an event), after a refusal, or after five failures in a row.
 *
 * `run` never throws. It ends when its signal aborts.
 */
export class Reflector<T extends KubeObject> {
  readonly isOptional = false;
  readonly #client: ApiClient;
  readonly #store: Store<T>;
  readonly #options: ReflectorOptions;
  readonly #synced = Promise.withResolvers<undefined>();
  #resourceVersion: string | undefined;
  #failures = 0;
  #lastHeard: number | undefined;
  #denial: ApiError | undefined;
  /** In a row. Other failures, such as those of an API server that restarts, say nothing of how long a refusal will last. */
  #denials = 0;
  /** Aborts the current list, watch or pause after a failure. */
  #attempt = new AbortController();

  constructor(client: ApiClient, store: Store<T>, options: ReflectorOptions) {
    this.#client = client;
    this.#store = store;
    this.#options = options;
  }

  get kind(): Kind {
    return this.#options.kind;
  }

  /** Resolves when the store holds a first complete list. */
  get synced(): Promise<unknown> {
    return this.#synced.promise;
  }

  /** Milliseconds since the last data from the API server. `undefined` before the first list. */
  get silentMs(): number | undefined {
    return this.#lastHeard === undefined ? undefined : performance.now() - this.#lastHeard;
  }

  /** The API server's last refusal (403 or 404), until a list succeeds again. */
  get denial(): ApiError | undefined {
    return this.#denial;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#attempt = new AbortController();
      const attempt = AbortSignal.any([signal, this.#attempt.signal]);
      try {
        this.#resourceVersion ??= await this.#list(attempt);
        await this.#watch(this.#resourceVersion, attempt);
        this.#failures = 0;
      } catch (error) {
        if (!attempt.aborted) await this.#recover(error, attempt);
      }
    }
  }

  /** Ends the current list, watch or pause after a failure, and starts again at once. */
  restart(): void {
    this.#attempt.abort(new Error('restarted'));
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { kind, namespace, labelSelector, pageSize = 100 } = this.#options;
    const items: T[] = [];
    let next: string | undefined;
    for (;;) {
      const page: ListAnswer<T> = await this.#client.request({
        method: 'GET',
        path: pathOf(kind, namespace),
        query: { labelSelector, limit: pageSize, continue: next },
        signal,
      });
      for (const item of page.items) items.push(this.#store.transformed(item));
      next = page.metadata.continue;
      if (next === undefined || next === '') {
        this.#store.replace(items, page.metadata.resourceVersion, namespace);
        this.#heard();
        this.#synced.resolve(undefined);
        return page.metadata.resourceVersion;
      }
    }
  }

  async #watch(from: string, signal: AbortSignal): Promise<void> {
    const { kind, namespace, labelSelector, silenceMs = 90_000 } = this.#options;
    const events = this.#client.stream<WatchEvent<T>>({
      method: 'GET',
      path: pathOf(kind, namespace),
      query: {
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: from,
        labelSelector,
        // Random, so that the watches do not all end at the same time.
        timeoutSeconds: 240 + Math.floor(Math.random() * 240),
      },
      timeoutMs: silenceMs,
      signal,
    });
    const opened = performance.now();
    let heard = false;
    for await (const event of events) {
      heard = true;
      if (event.type === 'ERROR') {
        throw new ApiError(event.object.code ?? 500, event.object.reason ?? '', event.object.message ?? 'watch failed');
      }
      const version = event.object.metadata.resourceVersion ?? '';
      if (event.type === 'BOOKMARK') this.#store.bookmark(version, namespace);
      else this.#store.observe(event.type, event.object, namespace);
      this.#resourceVersion = version;
      this.#failures = 0;
      this.#heard();
    }
    if (!heard && performance.now() - opened < SHORT_MS) throw new Error('The watch ended right after it was opened');
    this.#heard();
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const { backoff = jittered, onError } = this.#options;
    this.#failures += 1;
    this.#denials = isDenied(error) ? this.#denials + 1 : 0;
    if (isDenied(error)) {
      this.#denial = error;
      this.#resourceVersion = undefined;
    }
    if (isGone(error)) {
      this.#resourceVersion = undefined;
      // A single 410 is normal, so list again at once. Repeated ones use the backoff, because a list is expensive.
      if (this.#failures === 1) return;
    }
    // List again after five failures. An API server that was restored from a backup may not answer an unknown version with 410.
    if (this.#failures % 5 === 0) this.#resourceVersion = undefined;
    onError?.(error);
    const retryAfterMs = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
    const backoffMs = isDenied(error)
      ? backoff(this.#denials, LONGEST_BACKOFF_DENIED_MS)
      : backoff(this.#failures, LONGEST_BACKOFF_MS);
    await sleep(Math.max(retryAfterMs, backoffMs), undefined, { signal }).catch(() => undefined);
  }

  #heard(): void {
    this.#lastHeard = performance.now();
    this.#denials = 0;
    if (this.#denial === undefined) return;
    this.#denial = undefined;
    this.#options.onGranted?.();
  }
}

/** From 0.25 s, doubled each time. Random between half and all of that, so that the watches do not reconnect at the same time. */
export function jittered(failures: number, mostMs: number): number {
  return Math.min(250 * 2 ** (failures - 1), mostMs) * (0.5 + Math.random() / 2);
}
