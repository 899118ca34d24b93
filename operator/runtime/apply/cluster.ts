import { isDeepStrictEqual } from 'node:util';
import type { ApiClient, ApiRequest } from '../client/api-client.ts';
import { ApiError, isConflict, isNotFound, whileDoing } from '../client/api-error.ts';
import { ADMISSION, Drift, UNKNOWN_MANAGER, WHOLE_OBJECT, type Drifted, type Settled } from './drift.ts';
import { pathOf, type Kind, type KubeObject } from '../client/kinds.ts';
import type { WriteMetrics } from '../telemetry/object-metrics.ts';
import { differences, ownerOf, readable, type Difference } from './owned-fields.ts';
import type { Store, Stores } from '../cache/store.ts';

interface WriteOptions {
  readonly manager: string;
  readonly signal?: AbortSignal;
}

export interface CreateOptions extends WriteOptions {
  /** The object that the controller reconciles. Drift is recorded under it. */
  readonly owner: KubeObject;
}

export interface ApplyOptions extends CreateOptions {
  /** Throws when we must not write the live object. Called before every write to an existing object. */
  readonly assertOurs: (live: KubeObject) => void;
  /** Whether the desired state may differ from the one last applied, by this or an earlier process. */
  readonly isNew: boolean;
  /** Our field managers, including `manager`. Their changes are not drift. */
  readonly ours: readonly string[];
}

export interface RemoveOptions {
  /** The reason in the metric of writes. */
  readonly reason?: string;
  /** Deletes only the version that the cache has. */
  readonly isAsSeen?: boolean;
}

/** The cached kinds of a controller, and its writes. Each answer to a write goes into the cache at once. */
export class Cluster {
  readonly #client: ApiClient;
  readonly #stores: Stores;
  readonly #metrics: WriteMetrics;
  readonly drift: Drift;

  constructor(client: ApiClient, stores: Stores, metrics: WriteMetrics, drift = new Drift()) {
    this.#client = client;
    this.#stores = stores;
    this.#metrics = metrics;
    this.drift = drift;
  }

  /** @throws Error if no watch fills a cache of this kind. */
  store(kind: Kind): Store<KubeObject> {
    const store = this.#stores.get(kind.kind);
    if (!store) throw new Error(`Nothing watches ${kind.kind}`);
    return store;
  }

  /**
   * Applies the desired object by server-side apply. Does nothing if the live object already matches, or if the only differences are in
   * fields whose correction is paused (see `OwnerDrift`).
   *
   * 1. Not in the cache: create only, so that nothing is merged into an object of somebody else.
   * 2. The create conflicts (the object lost the label that the watch selects by, or it is not ours): read it, then continue with 3.
   * 3. Existing: call `assertOurs`, then apply if an owned field differs. The apply carries the uid, so that it cannot change a new object
   *    of the same name.
   */
  async apply(kind: Kind, desired: KubeObject, options: ApplyOptions): Promise<void> {
    const { namespace = '', name } = desired.metadata;
    const drift = this.drift.of(options.owner);
    const object = objectName(kind, desired);
    let live = this.store(kind).get(namespace, name);
    if (live === undefined) {
      if (drift.isBackedOff(object, WHOLE_OBJECT)) return;
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
    const found = differences(desired, live, options.manager);
    if (found.length === 0) {
      drift.settle(object, { live });
      return;
    }
    const settled = drift.settled(object);
    const suspects = suspectsOf(found, desired, settled, options);
    const isWaiting = ({ path }: Difference): boolean => drift.isBackedOff(object, readable(path));
    if (suspects.length === found.length && suspects.every(isWaiting)) return;
    // Read before the correction, because the correction removes these fields from the other managers.
    const before = suspects.length === 0 ? undefined : await this.#readQuietly(kind, live);
    const pinned = { ...desired, metadata: { ...desired.metadata, uid: live.metadata.uid ?? '' } };
    drift.settle(object, await this.#patch(kind, pinned, options, desired));
    const drifted = suspects.flatMap(({ path }): Drifted[] => {
      const manager = before && ownerOf(before, path, options.ours);
      if (manager === undefined && settled === undefined) return [];
      const nameless = settled?.rewritten === undefined ? UNKNOWN_MANAGER : ADMISSION;
      return [{ object, field: readable(path), manager: manager ?? nameless }];
    });
    for (const each of drifted) drift.corrected(each);
    this.#metrics.wrote(kind.kind, drifted.length === 0 ? 'change' : 'drift');
  }

  /**
   * Creates the object by server-side apply, so that our field manager owns its fields.
   *
   * It sends a resource version that no object has, so that the API server refuses to change an existing object.
   *
   * @throws ApiError 409 if an object of that name exists.
   */
  async create(kind: Kind, desired: KubeObject, options: CreateOptions): Promise<void> {
    const drift = this.drift.of(options.owner);
    const object = objectName(kind, desired);
    const created = { ...desired, metadata: { ...desired.metadata, resourceVersion: '1' } };
    const existedBefore = drift.settled(object) !== undefined;
    drift.settle(object, await this.#patch(kind, created, options, desired));
    if (existedBefore) drift.corrected({ object, field: WHOLE_OBJECT, manager: UNKNOWN_MANAGER });
    this.#metrics.wrote(kind.kind, existedBefore ? 'drift' : 'create');
  }

  /**
   * Applies a part of an object under another manager, e.g. the first value of a field that another controller will own.
   *
   * With a resource version, the apply is forced, and it conflicts if the object has changed since. Without one, it is not forced, and it
   * conflicts if another manager owns one of the fields.
   */
  async applyPart(kind: Kind, part: KubeObject, options: WriteOptions): Promise<void> {
    await this.#patch(kind, part, options, part, part.metadata.resourceVersion !== undefined);
    this.#metrics.wrote(kind.kind, 'handover');
  }

  /** Reads the object from the API server, not from the cache. Undefined if it does not exist. */
  async read(kind: Kind, namespace: string, name: string): Promise<KubeObject | undefined> {
    try {
      return await this.#client.request<KubeObject>({ method: 'GET', path: pathOf(kind, namespace, name) });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Reads objects that no cache holds. */
  async list<T extends object>(kind: Kind, namespace: string, query: ApiRequest['query'] = {}): Promise<T[]> {
    const { items } = await this.#client.request<{ items: T[] }>({
      method: 'GET',
      path: pathOf(kind, namespace),
      query,
    });
    return items;
  }

  /** Deletes the object with this uid only, and updates the cache at once, so that the next reconcile does not delete it again. */
  async remove(
    kind: Kind,
    live: KubeObject,
    owner: KubeObject,
    { reason = 'prune', isAsSeen = false }: RemoveOptions = {},
  ): Promise<void> {
    const { namespace = '', name, uid, resourceVersion } = live.metadata;
    const preconditions = isAsSeen ? { uid, resourceVersion } : { uid };
    this.drift.of(owner).release(objectName(kind, live));
    try {
      const left = await this.#client.request<Partial<KubeObject> | undefined>({
        method: 'DELETE',
        path: pathOf(kind, namespace, name),
        body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions },
      });
      this.#metrics.wrote(kind.kind, reason);
      // An object with a finalizer remains for a while. Otherwise the answer is a Status or the last state of the object.
      if (left?.metadata?.deletionTimestamp !== undefined) this.store(kind).wrote(left as KubeObject);
      else this.store(kind).deleted(live);
    } catch (error) {
      if (isNotFound(error)) this.store(kind).deleted(live);
      else if (!isConflict(error)) throw error;
    }
  }

  /**
   * Replaces the status.
   *
   * @throws ApiError 409 if the object has changed since it was read.
   */
  async writeStatus(kind: Kind, object: KubeObject & { status?: unknown }): Promise<void> {
    // The cache has only some of the managed fields.
    const { managedFields, ...metadata } = object.metadata;
    const { namespace = '', name } = metadata;
    const written = await this.#client.request<KubeObject>({
      method: 'PUT',
      path: pathOf(kind, namespace, name, 'status'),
      // The API server changes nothing but the status. Kubernetes 1.33 forgets who applied the metadata that are not sent.
      body: { apiVersion: kind.apiVersion, kind: kind.kind, metadata, status: object.status },
    });
    this.store(kind).wrote(written, this);
    this.#metrics.wrote(kind.kind, 'status');
  }

  /** Sends `object`, which is `desired` with preconditions (uid, resource version). */
  async #patch(
    kind: Kind,
    object: KubeObject,
    options: WriteOptions,
    desired: KubeObject,
    force = true,
  ): Promise<Settled> {
    const { manager, signal } = options;
    const { namespace = '', name } = object.metadata;
    const written = await this.#client
      .request<KubeObject>({
        method: 'PATCH',
        path: pathOf(kind, namespace, name),
        query: { fieldManager: manager, force },
        contentType: 'application/apply-patch+yaml',
        body: object,
        ...(signal === undefined ? {} : { signal }),
      })
      .catch((error: unknown) => {
        throw whileDoing(`applying ${kind.kind} ${namespace}/${name}`, error);
      });
    this.store(kind).wrote(written, object.metadata.resourceVersion === undefined ? undefined : this);
    // Prefer the cached object, which is pruned and already in memory, unless somebody has changed it since the write.
    const held = this.store(kind).get(namespace, name);
    const live = held && held.metadata.resourceVersion === written.metadata.resourceVersion ? held : written;
    // Only rewritten objects remember `desired`. It would double the memory of each object.
    const isRewritten = differences(desired, written, manager).some(({ what }) => what === 'value');
    return isRewritten ? { live, rewritten: desired } : { live };
  }

  async #readQuietly(kind: Kind, { metadata: { namespace = '', name } }: KubeObject): Promise<KubeObject | undefined> {
    try {
      return await this.read(kind, namespace, name);
    } catch (error) {
      // The read only finds out who changed a field. The correction goes on without it.
      if (error instanceof ApiError) return undefined;
      throw error;
    }
  }
}

const objectName = (kind: Kind, { metadata }: KubeObject): string => `${kind.kind}/${metadata.name}`;

/**
 * The differences that others may have caused.
 *
 * 1. A webhook or policy rewrote our last write, and the desired state is still the same: all differences.
 * 2. This process has seen or written the object before: the fields that matched then.
 * 3. This process does not know the object, and the desired state is not new: the fields that we no longer own.
 * 4. This process does not know the object, and the desired state may be new: none.
 */
function suspectsOf(
  found: readonly Difference[],
  desired: KubeObject,
  settled: Settled | undefined,
  { manager, isNew }: ApplyOptions,
): Difference[] {
  if (settled === undefined) return isNew ? [] : found.filter(({ what }) => what === 'lost');
  if (isDeepStrictEqual(settled.rewritten, desired)) return [...found];
  const moved = differences(desired, settled.live, manager);
  return found.filter(({ what, path }) => what !== 'obsolete' && !moved.some((other) => isWithin(path, other.path)));
}

/** Whether the paths are equal, or one contains the other. */
const isWithin = (one: readonly string[], other: readonly string[]): boolean =>
  one.every((name, index) => other[index] === undefined || other[index] === name);
