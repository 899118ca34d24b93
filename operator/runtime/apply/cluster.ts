import { isDeepStrictEqual } from 'node:util';
import type { ApiClient } from '../client/api-client.ts';
import { ApiError, isConflict, isNotFound } from '../client/api-error.ts';
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
  /** What the object is written for: its drift is filed under it. */
  readonly owner: KubeObject;
}

export interface ApplyOptions extends CreateOptions {
  /** Throws when the live object is not ours to write. Asked before every write to an object that exists. */
  readonly assertOurs: (live: KubeObject) => void;
  /** Whether the desired state may be another than what was applied last, by whichever process. */
  readonly isNew: boolean;
  /** The field managers that are ours, `manager` among them: what they change is no drift. */
  readonly ours: readonly string[];
}

/** The kinds that a controller caches, and the writes that keep those caches up to date with themselves. */
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

  store(kind: Kind): Store<KubeObject> {
    const store = this.#stores.get(kind.kind);
    if (!store) throw new Error(`Nothing watches ${kind.kind}`);
    return store;
  }

  /**
   * Makes the object so, by server-side apply, unless it already is, or unless all that differs is what others keep changing back and
   * what is left to them for a while (see `OwnerDrift`).
   *
   * 1. Unknown to the cache: created and nothing else, so that nothing foreign is merged into.
   * 2. There after all (a label that the watch selects by was removed, or it is foreign): read, and `assertOurs` decides.
   * 3. Known: `assertOurs`, then applied where an owned field differs. The uid goes along: a namesake made meanwhile is not touched.
   */
  async apply(kind: Kind, desired: KubeObject, options: ApplyOptions): Promise<void> {
    const { namespace = '', name } = desired.metadata;
    const drift = this.drift.of(options.owner);
    const object = objectName(kind, desired);
    let live = this.store(kind).get(namespace, name);
    if (live === undefined) {
      if (drift.isPaused(object, WHOLE_OBJECT)) return;
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
    const isWaiting = ({ path }: Difference): boolean => drift.isPaused(object, readable(path));
    if (suspects.length === found.length && suspects.every(isWaiting)) return;
    // Asked before the correction, which takes their fields away from the other managers.
    const before = suspects.length === 0 ? undefined : await this.#asNow(kind, live);
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
   * Creates the object, with the managed fields of an apply; a conflict where one of that name exists. The resource version sent is one
   * that no object has.
   */
  async create(kind: Kind, desired: KubeObject, options: CreateOptions): Promise<void> {
    const drift = this.drift.of(options.owner);
    const object = objectName(kind, desired);
    const created = { ...desired, metadata: { ...desired.metadata, resourceVersion: '1' } };
    const wasThere = drift.settled(object) !== undefined;
    drift.settle(object, await this.#patch(kind, created, options, desired));
    if (wasThere) drift.corrected({ object, field: WHOLE_OBJECT, manager: UNKNOWN_MANAGER });
    this.#metrics.wrote(kind.kind, wasThere ? 'drift' : 'create');
  }

  /**
   * Applies a part of an object under another manager, e.g. a first value of a field that somebody else shall own. Forced only against the
   * version that the part names: a field that somebody has taken meanwhile is theirs, and the apply a conflict.
   */
  async applyPart(kind: Kind, part: KubeObject, options: WriteOptions): Promise<void> {
    await this.#patch(kind, part, options, part, part.metadata.resourceVersion !== undefined);
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

  /** Deletes exactly this object: a namesake made meanwhile stays. The cache knows at once, so that nobody deletes it again. */
  async remove(kind: Kind, live: KubeObject, owner: KubeObject): Promise<void> {
    const { namespace = '', name, uid } = live.metadata;
    this.drift.of(owner).release(objectName(kind, live));
    try {
      const left = await this.#client.request<Partial<KubeObject> | undefined>({
        method: 'DELETE',
        path: pathOf(kind, namespace, name),
        body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions: { uid } },
      });
      this.#metrics.wrote(kind.kind, 'prune');
      // With a finalizer it stays for a while; else the answer is a Status, or the object as it last was.
      if (left?.metadata?.deletionTimestamp !== undefined) this.store(kind).wrote(left as KubeObject);
      else this.store(kind).deleted(live);
    } catch (error) {
      if (isNotFound(error)) this.store(kind).deleted(live);
      else if (!isConflict(error)) throw error;
    }
  }

  /** Replaces the status, as last read: a change of the object since then is a conflict, to be reconciled anew. */
  async writeStatus(kind: Kind, object: KubeObject & { status?: unknown }): Promise<void> {
    const { namespace = '', name, uid, resourceVersion } = object.metadata;
    const written = await this.#client.request<KubeObject>({
      method: 'PUT',
      path: pathOf(kind, namespace, name, 'status'),
      // The rest stays as it is, and would only have to be read.
      body: {
        apiVersion: kind.apiVersion,
        kind: kind.kind,
        metadata: { name, namespace, uid, resourceVersion },
        status: object.status,
      },
    });
    this.store(kind).wrote(written, this);
    this.#metrics.wrote(kind.kind, 'status');
  }

  /** `desired` without what only tells which version is meant. */
  async #patch(
    kind: Kind,
    object: KubeObject,
    options: WriteOptions,
    desired: KubeObject,
    force = true,
  ): Promise<Settled> {
    const { manager, signal } = options;
    const { namespace = '', name } = object.metadata;
    const written = await this.#client.request<KubeObject>({
      method: 'PATCH',
      path: pathOf(kind, namespace, name),
      query: { fieldManager: manager, force },
      contentType: 'application/apply-patch+yaml',
      body: object,
      ...(signal === undefined ? {} : { signal }),
    });
    this.store(kind).wrote(written, object.metadata.resourceVersion === undefined ? undefined : this);
    // As the cache has it: pruned, and held once; but not what others may have made of it since.
    const held = this.store(kind).get(namespace, name);
    const live = held && held.metadata.resourceVersion === written.metadata.resourceVersion ? held : written;
    // Remembered only then, as it would double what is remembered of each object.
    const isRewritten = differences(desired, written, manager).some(({ what }) => what === 'value');
    return isRewritten ? { live, rewritten: desired } : { live };
  }

  async #asNow(kind: Kind, { metadata: { namespace = '', name } }: KubeObject): Promise<KubeObject | undefined> {
    try {
      return await this.read(kind, namespace, name);
    } catch (error) {
      // Nobody's name is worth a correction that is not made.
      if (error instanceof ApiError) return undefined;
      throw error;
    }
  }
}

const objectName = (kind: Kind, { metadata }: KubeObject): string => `${kind.kind}/${metadata.name}`;

/**
 * Which of the differences others may have made.
 *
 * 1. A webhook or a policy rewrote what we wrote last, and the desired state has not moved since: all of them.
 * 2. The object was as desired, as far as this process remembers: what did not differ then; that is certain.
 * 3. It does not remember, and the desired state has not moved: what is no longer ours, where it belongs to somebody else.
 * 4. It does not remember, and the desired state may have moved: nothing.
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

/** Whether one of the two is a part of the other, or they are the same. */
const isWithin = (one: readonly string[], other: readonly string[]): boolean =>
  one.every((name, index) => other[index] === undefined || other[index] === name);
