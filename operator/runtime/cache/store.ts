import { keyOf, type KubeObject } from '../client/kinds.ts';

/** A change of an object. `before` is undefined for a new object, `after` for a deleted one. */
export interface Change<T extends KubeObject> {
  readonly before: T | undefined;
  readonly after: T | undefined;
  /** The writer, if nothing but its write has changed. The writer then needs no event. */
  readonly soleWriter: object | undefined;
}

/** Stores by the name of the kind. */
export type Stores = ReadonlyMap<string, Store<KubeObject>>;

export type ChangeHandler<T extends KubeObject> = (change: Change<T>) => void;

const MOST_DELETIONS = 1_000;

/**
 * A cache of the objects of one kind.
 *
 * Invariant: only a newer version replaces an object. Watch events and the answers to our writes arrive in any order, so the store
 * compares resource versions, which Kubernetes documents as comparable integers since 1.35. So a reconcile sees its own writes at once, and
 * the watch event of such a write is not a change.
 */
export class Store<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #byOwner = new Map<string, Set<string>>();
  readonly #byGroup = new Map<string, Set<string>>();
  readonly #groupOf: (object: T) => string | undefined;
  readonly #handlers: ChangeHandler<T>[] = [];
  readonly #onHandlerError: (error: unknown) => void;
  readonly #transform: (object: T) => T;
  /** The newest version that the watch has reported, by watched namespace. The empty namespace means all. */
  readonly #seen = new Map<string, bigint>();
  /** The versions of the latest deletions. A repeated or late event must not restore a deleted object. */
  readonly #deletions = new Map<string, bigint>();

  /** Whether the kind was ever reported absent. */
  #isOptional = false;
  /** The watched namespaces in which the kind was found. */
  readonly #servedIn = new Set<string>();

  constructor(options: {
    onHandlerError: (error: unknown) => void;
    transform?: (object: T) => T;
    /** The key of the group that an object belongs to. `inGroup` finds the object by it. */
    groupOf?: (object: T) => string | undefined;
  }) {
    this.#groupOf = options.groupOf ?? (() => undefined);
    this.#onHandlerError = options.onHandlerError;
    this.#transform = options.transform ?? ((object) => object);
  }

  /** Whether the API server serves the kind. */
  get isServed(): boolean {
    return !this.#isOptional || this.#servedIn.size > 0;
  }

  /** Calls the handler with each change, synchronously. Its errors go to `onHandlerError`. */
  onChange(handler: ChangeHandler<T>): void {
    this.#handlers.push(handler);
  }

  get(namespace: string, name: string): T | undefined {
    return this.#objects.get(`${namespace}/${name}`);
  }

  list(): T[] {
    return [...this.#objects.values()];
  }

  /** The objects that have an owner reference with this uid. */
  ownedBy(uid: string): T[] {
    return this.#all(this.#byOwner.get(uid));
  }

  /** The objects for which `groupOf` returns this group. */
  inGroup(group: string): T[] {
    return this.#all(this.#byGroup.get(group));
  }

  get size(): number {
    return this.#objects.size;
  }

  /** Reduces an object to what the store holds. A list is reduced page by page, so that its full objects are never all in memory. */
  transformed(object: T): T {
    return this.#transform(object);
  }

  /** Takes a complete list of the namespace (or of all) and removes every object that is not in it. The objects are already `transformed`. */
  replace(objects: readonly T[], resourceVersion: string, namespace = ''): void {
    this.#servedIn.add(namespace);
    const listed = versionOf(resourceVersion);
    // The API server was restored from a backup. Its versions are valid although they are lower than before.
    if (listed < (this.#seen.get(namespace) ?? 0n)) this.#forget(namespace);
    const present = new Set(objects.map(keyOf));
    this.#see(listed, namespace);
    for (const [key, known] of [...this.#objects]) {
      if (present.has(key) || (namespace !== '' && known.metadata.namespace !== namespace)) continue;
      if (versionOf(known.metadata.resourceVersion) <= listed) this.#remove(key);
    }
    for (const object of objects) this.#put(object, (transformed) => transformed);
  }

  /** The watch of the namespace (or of all) found that the API server does not serve the kind. Removes its objects. */
  absent(namespace = ''): void {
    this.#isOptional = true;
    this.#servedIn.delete(namespace);
    this.#forget(namespace);
  }

  /** Takes an event of the watch on the namespace (or on all). */
  observe(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T, namespace = ''): void {
    const version = versionOf(object.metadata.resourceVersion);
    this.#see(version, namespace);
    if (type === 'DELETED') {
      this.#recordDeletion(keyOf(object), version);
      if (this.#isNewer(object)) this.#remove(keyOf(object));
    } else if (version > (this.#deletions.get(keyOf(object)) ?? 0n)) {
      this.#put(object);
    }
  }

  /**
   * Takes the answer to one of our writes. Pass `soleWriter` if the write had the precondition that the object was exactly as the store
   * held it. The answer then contains no change by others.
   */
  wrote(object: T, soleWriter?: object): void {
    const isUnknown = !this.#objects.has(keyOf(object));
    // The watch has already passed this version, so the object has been deleted since.
    if (isUnknown && this.#hasSeen(object)) return;
    this.#put(object, this.#transform, soleWriter);
  }

  /** The API server has deleted this object. A newer object of the same name stays. */
  deleted({ metadata: { namespace = '', name, uid } }: T): void {
    if (this.get(namespace, name)?.metadata.uid === uid) this.#remove(`${namespace}/${name}`);
  }

  /** Takes the version of a bookmark of the watch on the namespace (or on all). */
  bookmark(resourceVersion: string, namespace = ''): void {
    this.#see(versionOf(resourceVersion), namespace);
  }

  #forget(namespace: string): void {
    this.#seen.delete(namespace);
    this.#deletions.clear();
    for (const [key, known] of [...this.#objects]) {
      if (namespace === '' || known.metadata.namespace === namespace) this.#remove(key);
    }
  }

  #see(version: bigint, namespace: string): void {
    if (version > (this.#seen.get(namespace) ?? 0n)) this.#seen.set(namespace, version);
  }

  #recordDeletion(key: string, version: bigint): void {
    const oldest = this.#deletions.keys().next();
    if (this.#deletions.size >= MOST_DELETIONS && !oldest.done) this.#deletions.delete(oldest.value);
    this.#deletions.set(key, version);
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
