import type { ApiClient } from '../client/api-client.ts';
import type { Kind } from '../client/kinds.ts';
import type { Watch } from '../queue/controller.ts';
import { OptionalReflector, type Watcher } from './optional-reflector.ts';
import { Reflector, type ReflectorOptions } from './reflector.ts';
import type { Stores } from './store.ts';
import { WatchedNamespace } from './watched-namespace.ts';

export interface InformersOptions {
  /** Empty: every namespace. */
  readonly namespaces: readonly string[];
  /** Called when a list or watch of that namespace has failed. The informers retry it. */
  readonly onError: (kind: Kind, error: unknown, namespace: string) => void;
  readonly reflector?: Partial<ReflectorOptions>;
}

/** Keeps the stores of all controllers up to date. Sends no request before `run`. */
export class Informers {
  readonly stores: Stores;
  readonly namespaces: readonly WatchedNamespace[];
  readonly #client: ApiClient;
  readonly #options: InformersOptions;
  readonly #servedListeners: ((kind: Kind) => void)[] = [];
  readonly #syncedListeners: ((namespace: string) => void)[] = [];
  readonly #started = Promise.withResolvers<undefined>();

  constructor(client: ApiClient, stores: Stores, watches: readonly Watch[], options: InformersOptions) {
    this.#client = client;
    this.stores = stores;
    this.#options = options;
    const names = options.namespaces.length === 0 ? [''] : options.namespaces;
    this.namespaces = names.map((name) => {
      const watchers = [...stores.keys()].map((kind) =>
        this.#watcher(
          watches.filter((watch) => watch.kind.kind === kind),
          name,
        ),
      );
      return new WatchedNamespace(name, watchers.flat());
    });
    for (const { name, synced } of this.namespaces) void synced.then(() => this.#checkSynced(name));
  }

  /**
   * Resolves when reconciling can begin: the caches of at least one namespace are filled, and every other namespace is either filled or
   * refused by the API server. It waits for a namespace whose requests time out.
   */
  get started(): Promise<unknown> {
    return this.#started.promise;
  }

  /** Whether the caches of that namespace hold every kind, and the API server does not refuse one of them now. */
  isSynced(namespace: string): boolean {
    return this.namespaces.some(({ name, isSynced }) => isSynced && (name === '' || name === namespace));
  }

  /** The watches that should receive events. Those of refused namespaces do not count, unless every namespace is refused. */
  get expected(): readonly Watcher[] {
    const served = this.namespaces.filter(({ denial }) => denial === undefined);
    return (served.length === 0 ? this.namespaces : served).flatMap(({ watchers }) => watchers);
  }

  /** Calls the listener each time the cluster starts or stops serving an optional kind. */
  onServed(listener: (kind: Kind) => void): void {
    this.#servedListeners.push(listener);
  }

  /** Calls the listener when the caches of a namespace are filled, and again when they are up to date after a refusal. Empty: the whole cluster. */
  onSynced(listener: (namespace: string) => void): void {
    this.#syncedListeners.push(listener);
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#watchers.map((watcher) => watcher.run(signal)));
  }

  /** Restarts every list and watch at once, also one that waits after a failure. */
  restart(): void {
    for (const watcher of this.#watchers) watcher.restart();
  }

  get #watchers(): readonly Watcher[] {
    return this.namespaces.flatMap(({ watchers }) => watchers);
  }

  #checkSynced(namespace: string): void {
    if (!this.isSynced(namespace)) return;
    this.#checkStarted();
    for (const listener of this.#syncedListeners) listener(namespace);
  }

  #checkStarted(): void {
    const isSettled = this.namespaces.every(({ isSynced, denial }) => isSynced || denial !== undefined);
    if (isSettled && this.namespaces.some(({ isSynced }) => isSynced)) this.#started.resolve(undefined);
  }

  /** Creates the reflector for the watches of one kind, which share a store. */
  #watcher(watches: readonly Watch[], namespace: string): Watcher[] {
    const [watch] = watches;
    const store = watch && this.stores.get(watch.kind.kind);
    if (!store) return [];
    const { kind, labelSelector } = watch;
    const options: ReflectorOptions = {
      ...this.#options.reflector,
      kind,
      namespace,
      ...(labelSelector === undefined ? {} : { labelSelector }),
      onError: (error) => {
        this.#options.onError(kind, error, namespace);
        this.#checkStarted();
      },
      onGranted: () => this.#checkSynced(namespace),
    };
    const wanted = watches.flatMap(({ wantedBy }) => wantedBy ?? []);
    if (wanted.length === 0) return [new Reflector(this.#client, store, options)];
    return [
      new OptionalReflector(this.#client, store, {
        ...options,
        isWanted: () => wanted.some((wantedBy) => wantedBy(this.stores).length > 0),
        onServed: () => {
          for (const listener of this.#servedListeners) listener(kind);
        },
      }),
    ];
  }
}
