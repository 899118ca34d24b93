import { keyOf, type KubeObject } from '../client/kinds.ts';

/** What a change looks like to those who listen: `before` is absent for a new object, `after` for one that is gone. */
export interface Change<T extends KubeObject> {
  readonly before: T | undefined;
  readonly after: T | undefined;
  /** Who wrote it, where that is all that has changed: the writer knows, and need not look again. */
  readonly soleWriter: object | undefined;
}

/** By the name of the kind. */
export type Stores = ReadonlyMap<string, Store<KubeObject>>;

export type ChangeHandler<T extends KubeObject> = (change: Change<T>) => void;

const BURIED = 1_000;

/**
 * The objects of one kind as last heard of, never older than the answers to this process's own writes.
 *
 * Invariant: an object is only ever replaced by a newer one. Watch events and the answers to our own writes arrive in any order;
 * resource versions, which Kubernetes documents as comparable integers since 1.35, decide. So a reconcile sees its own writes at once,
 * and the watch's echo of them is no change.
 */
export class Store<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #byOwner = new Map<string, Set<string>>();
  readonly #byGroup = new Map<string, Set<string>>();
  readonly #groupOf: (object: T) => string | undefined;
  readonly #handlers: ChangeHandler<T>[] = [];
  readonly #onHandlerError: (error: unknown) => void;
  readonly #transform: (object: T) => T;
  /** The newest version that the watch itself has reported, by the namespace that is watched; an empty one means all. */
  readonly #seen = new Map<string, bigint>();
  /** The versions at which objects were deleted, of late: an event that comes again, or out of order, must not bring them back. */
  readonly #buried = new Map<string, bigint>();

  /** Whether the kind was ever missed, and by the watches of which namespaces it was found since. */
  #isOptional = false;
  readonly #servedIn = new Set<string>();

  constructor(options: {
    onHandlerError: (error: unknown) => void;
    transform?: (object: T) => T;
    /** The key of a group that an object belongs to, to be found by besides its owners. */
    groupOf?: (object: T) => string | undefined;
  }) {
    this.#groupOf = options.groupOf ?? (() => undefined);
    this.#onHandlerError = options.onHandlerError;
    this.#transform = options.transform ?? ((object) => object);
  }

  /** Whether the API server knows the kind at all. */
  get isServed(): boolean {
    return !this.#isOptional || this.#servedIn.size > 0;
  }

  onChange(handler: ChangeHandler<T>): void {
    this.#handlers.push(handler);
  }

  get(namespace: string, name: string): T | undefined {
    return this.#objects.get(`${namespace}/${name}`);
  }

  list(): T[] {
    return [...this.#objects.values()];
  }

  ownedBy(uid: string): T[] {
    return this.#all(this.#byOwner.get(uid));
  }

  inGroup(group: string): T[] {
    return this.#all(this.#byGroup.get(group));
  }

  get size(): number {
    return this.#objects.size;
  }

  /** What the store holds of an object. A long list is transformed page by page, so that its full objects are never all in memory. */
  transformed(object: T): T {
    return this.#transform(object);
  }

  /** A list of that namespace, or of all, from the API server, each object transformed: what is not in it is gone. */
  replace(objects: readonly T[], resourceVersion: string, namespace = ''): void {
    this.#servedIn.add(namespace);
    const listed = versionOf(resourceVersion);
    // The server was put back to an earlier state: what it says now is the truth, however old it looks.
    if (listed < (this.#seen.get(namespace) ?? 0n)) this.#forget(namespace);
    const present = new Set(objects.map(keyOf));
    this.#see(listed, namespace);
    for (const [key, known] of [...this.#objects]) {
      if (present.has(key) || (namespace !== '' && known.metadata.namespace !== namespace)) continue;
      if (versionOf(known.metadata.resourceVersion) <= listed) this.#remove(key);
    }
    for (const object of objects) this.#put(object, (transformed) => transformed);
  }

  /** The API server does not know the kind, as who watches that namespace, or all, has found: nothing of it is there. */
  absent(namespace = ''): void {
    this.#isOptional = true;
    this.#servedIn.delete(namespace);
    this.#forget(namespace);
  }

  /** An event of the watch on that namespace, or on all. */
  observe(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T, namespace = ''): void {
    const version = versionOf(object.metadata.resourceVersion);
    this.#see(version, namespace);
    if (type === 'DELETED') {
      this.#bury(keyOf(object), version);
      if (this.#isNewer(object)) this.#remove(keyOf(object));
    } else if (version > (this.#buried.get(keyOf(object)) ?? 0n)) {
      this.#put(object);
    }
  }

  /**
   * The answer to a write of our own. `soleWriter` is given where the write would have been refused unless it was made to exactly what the
   * store held: the answer then holds nothing that its writer does not know.
   */
  wrote(object: T, soleWriter?: object): void {
    const unheardOf = !this.#objects.has(keyOf(object));
    // The watch is already past this version: that the object is not here means that it is deleted since.
    if (unheardOf && this.#hasSeen(object)) return;
    this.#put(object, this.#transform, soleWriter);
  }

  /** The API server says that this object is gone; a namesake made meanwhile stays. */
  deleted({ metadata: { namespace = '', name, uid } }: T): void {
    if (this.get(namespace, name)?.metadata.uid === uid) this.#remove(`${namespace}/${name}`);
  }

  bookmark(resourceVersion: string, namespace = ''): void {
    this.#see(versionOf(resourceVersion), namespace);
  }

  #forget(namespace: string): void {
    this.#seen.delete(namespace);
    this.#buried.clear();
    for (const [key, known] of [...this.#objects]) {
      if (namespace === '' || known.metadata.namespace === namespace) this.#remove(key);
    }
  }

  #see(version: bigint, namespace: string): void {
    if (version > (this.#seen.get(namespace) ?? 0n)) this.#seen.set(namespace, version);
  }

  #bury(key: string, version: bigint): void {
    const oldest = this.#buried.keys().next();
    if (this.#buried.size >= BURIED && !oldest.done) this.#buried.delete(oldest.value);
    this.#buried.set(key, version);
  }

  #hasSeen({ metadata: { namespace = '', resourceVersion } }: T): boolean {
    return ['', namespace].some((watched) => versionOf(resourceVersion) <= (this.#seen.get(watched) ?? 0n));
  }

  #isNewer(object: T): boolean {
    const known = this.#objects.get(keyOf(object));
    return !known || versionOf(object.metadata.resourceVersion) >= versionOf(known.metadata.resourceVersion);
  }

  #put(raw: T, transform = this.#transform, soleWriter?: object): void {
    const key = keyOf(raw);
    const before = this.#objects.get(key);
    if (before && versionOf(raw.metadata.resourceVersion) <= versionOf(before.metadata.resourceVersion)) return;
    const after = transform(raw);
    this.#index(key, before, after);
    this.#objects.set(key, after);
    this.#notify({ before, after, soleWriter });
  }

  #remove(key: string): void {
    const before = this.#objects.get(key);
    if (!before) return;
    this.#index(key, before, undefined);
    this.#objects.delete(key);
    this.#notify({ before, after: undefined, soleWriter: undefined });
  }

  #all(keys: Iterable<string> | undefined): T[] {
    return [...(keys ?? [])].flatMap((key) => this.#objects.get(key) ?? []);
  }

  #index(key: string, before: T | undefined, after: T | undefined): void {
    const owners = (object: T | undefined): string[] => object?.metadata.ownerReferences?.map(({ uid }) => uid) ?? [];
    reindex(this.#byOwner, key, owners(before), owners(after));
    const groups = (object: T | undefined): string[] => {
      const group = object && this.#groupOf(object);
      return group === undefined ? [] : [group];
    };
    reindex(this.#byGroup, key, groups(before), groups(after));
  }

  #notify(change: Change<T>): void {
    for (const handler of this.#handlers) {
      try {
        handler(change);
      } catch (error) {
        this.#onHandlerError(error);
      }
    }
  }
}

const versionOf = (resourceVersion: string | undefined): bigint => BigInt(resourceVersion ?? '0');

function reindex(
  index: Map<string, Set<string>>,
  key: string,
  before: readonly string[],
  after: readonly string[],
): void {
  for (const name of before) {
    const keys = index.get(name);
    keys?.delete(key);
    if (keys?.size === 0) index.delete(name);
  }
  for (const name of after) index.set(name, (index.get(name) ?? new Set()).add(key));
}
