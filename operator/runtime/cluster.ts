import type { ApiClient } from './api-client.ts';
import { isConflict, isNotFound } from './api-error.ts';
import { pathOf, type Kind, type KubeObject } from './kinds.ts';
import type { WriteMetrics } from './metrics.ts';
import { isApplied } from './owned-fields.ts';
import type { Store } from './store.ts';

interface WriteOptions {
  readonly manager: string;
  readonly signal?: AbortSignal;
}

export interface ApplyOptions extends WriteOptions {
  /** Throws when the live object is not ours to write. Asked before every write to an object that exists. */
  readonly assertOurs: (live: KubeObject) => void;
  /** What a difference means: the desired state has moved, or somebody has moved the object. */
  readonly difference: 'change' | 'drift';
}

/** The kinds that a controller caches, and the writes that keep those caches up to date with themselves. */
export class Cluster {
  readonly #client: ApiClient;
  readonly #stores: ReadonlyMap<string, Store<KubeObject>>;
  readonly #metrics: WriteMetrics;

  constructor(client: ApiClient, stores: ReadonlyMap<string, Store<KubeObject>>, metrics: WriteMetrics) {
    this.#client = client;
    this.#stores = stores;
    this.#metrics = metrics;
  }

  store(kind: Kind): Store<KubeObject> {
    const store = this.#stores.get(kind.kind);
    if (!store) throw new Error(`Nothing watches ${kind.kind}`);
    return store;
  }

  /**
   * Makes the object so, by server-side apply, unless it already is.
   *
   * 1. Unknown to the cache: created and nothing else, so that nothing foreign is merged into.
   * 2. There after all (a label that the watch selects by was removed, or it is foreign): read, and `assertOurs` decides.
   * 3. Known: `assertOurs`, then applied where an owned field differs. The uid goes along: a namesake made meanwhile is not touched.
   */
  async apply(kind: Kind, desired: KubeObject, options: ApplyOptions): Promise<void> {
    const { namespace = '', name } = desired.metadata;
    let live = this.store(kind).get(namespace, name);
    if (live === undefined) {
      try {
        await this.create(kind, desired, options);
        return;
      } catch (error) {
        if (!isConflict(error)) throw error;
        live = await this.read(kind, namespace, name);
        if (live === undefined) throw error;
      }
    }
    options.assertOurs(live);
    if (isApplied(desired, live, options.manager)) return;
    const pinned = { ...desired, metadata: { ...desired.metadata, uid: live.metadata.uid ?? '' } };
    await this.#patch(kind, pinned, options);
    this.#metrics.wrote(kind.kind, options.difference);
  }

  /**
   * Creates the object, with the managed fields of an apply; a conflict where one of that name exists. The resource version sent is one
   * that no object has.
   */
  async create(kind: Kind, desired: KubeObject, options: WriteOptions): Promise<void> {
    await this.#patch(kind, { ...desired, metadata: { ...desired.metadata, resourceVersion: '1' } }, options);
    this.#metrics.wrote(kind.kind, 'create');
  }

  /**
   * Applies a part of an object under another manager, e.g. a first value of a field that somebody else shall own. Forced.
   */
  async applyPart(kind: Kind, part: KubeObject, options: WriteOptions): Promise<void> {
    await this.#patch(kind, part, options);
    this.#metrics.wrote(kind.kind, 'handover');
  }

  async read(kind: Kind, namespace: string, name: string): Promise<KubeObject | undefined> {
    try {
      return await this.#client.request<KubeObject>({ method: 'GET', path: pathOf(kind, namespace, name) });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Deletes exactly this object: a namesake made meanwhile stays. */
  async remove(kind: Kind, live: KubeObject): Promise<void> {
    const { namespace = '', name, uid } = live.metadata;
    try {
      await this.#client.request({
        method: 'DELETE',
        path: pathOf(kind, namespace, name),
        body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions: { uid } },
      });
      this.#metrics.wrote(kind.kind, 'prune');
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }

  /** Replaces the status, as last read: a change of the object since then is a conflict, to be reconciled anew. */
  async writeStatus(kind: Kind, object: KubeObject & { status?: unknown }): Promise<void> {
    const { namespace = '', name, uid, resourceVersion } = object.metadata;
    const written = await this.#client.request<KubeObject>({
      method: 'PUT',
      path: pathOf(kind, namespace, name, 'status'),
      // Without the managed fields: those in the cache are pruned, and would replace the real ones.
      body: { ...object, metadata: { name, namespace, uid, resourceVersion } },
    });
    this.store(kind).wrote(written);
    this.#metrics.wrote(kind.kind, 'status');
  }

  async #patch(kind: Kind, object: KubeObject, { manager, signal }: WriteOptions): Promise<KubeObject> {
    const { namespace = '', name } = object.metadata;
    const written = await this.#client.request<KubeObject>({
      method: 'PATCH',
      path: pathOf(kind, namespace, name),
      query: { fieldManager: manager, force: true },
      contentType: 'application/apply-patch+yaml',
      body: object,
      ...(signal === undefined ? {} : { signal }),
    });
    this.store(kind).wrote(written);
    return written;
  }
}
