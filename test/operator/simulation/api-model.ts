import { isDeepStrictEqual } from 'node:util';
import type { ApiRequest } from '../../../operator/runtime/client/api-client.ts';
import { ApiError } from '../../../operator/runtime/client/api-error.ts';
import type { Kind, KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { fieldsOf, leavesOf, removeLeaf, setLeaf } from './field-paths.ts';

export type Stored = KubeObject & Readonly<Record<string, unknown>>;

export interface Happening {
  readonly plural: string;
  readonly before: Stored | undefined;
  readonly after: Stored | undefined;
  readonly version: number;
}

/** One manager's fields, by their paths. */
interface Claim {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly subresource?: string;
  readonly paths: ReadonlySet<string>;
}

/** What a path of the API means. */
export interface Place {
  readonly plural: string;
  readonly namespace: string;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

interface Entry {
  readonly object: Stored;
  readonly claims: readonly Claim[];
}

type Json = Record<string, unknown>;

/** Fields that the API server lets nobody change. */
const IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
  jobs: ['template', 'selector', 'backoffLimit', 'completions'],
  statefulsets: ['selector', 'serviceName', 'volumeClaimTemplates', 'podManagementPolicy'],
  deployments: ['selector'],
};

const DEFAULTS: Readonly<Record<string, Json>> = { deployments: { replicas: 1 }, statefulsets: { replicas: 1 } };

/** What admission adds: a volume is protected while a pod uses it. */
const FINALIZERS: Readonly<Record<string, string[]>> = { persistentvolumeclaims: ['kubernetes.io/pvc-protection'] };

interface DeleteOptions {
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly propagationPolicy?: string;
}

/**
 * An API server as far as an operator can see: one sequence of resource versions, uids, generations, server-side apply with managed
 * fields, preconditions, finalizers, and what happened in order. Objects are frozen: who changes what it was given fails at once.
 * Storage only: nothing here runs workloads or collects garbage.
 */
export class ApiModel {
  /** Everything that happened, in order. */
  readonly history: Happening[] = [];
  readonly #entries = new Map<string, Entry>();
  readonly #kinds: ReadonlyMap<string, Kind>;
  readonly #now: () => Date;
  #version = 1_000;
  #uids = 0;

  constructor(kinds: readonly Kind[], now: () => Date) {
    this.#kinds = new Map(kinds.map((kind) => [kind.plural, kind]));
    this.#now = now;
  }

  get version(): number {
    return this.#version;
  }

  list(plural: string): Stored[] {
    return [...this.#entries].filter(([key]) => key.startsWith(`${plural}/`)).map(([, { object }]) => object);
  }

  get(plural: string, namespace: string, name: string): Stored | undefined {
    return this.#entries.get(`${plural}/${namespace}/${name}`)?.object;
  }

  /** The answer to a request. Throws what a client would throw. */
  handle(request: ApiRequest): unknown {
    const place = this.parse(request.path);
    if (!place) throw new ApiError(404, 'NotFound', `nothing is served at ${request.path}`);
    const { plural, namespace, name, subresource } = place;
    const given = request.body as Stored | undefined;
    if (name === undefined) {
      if (request.method === 'POST' && given) return this.#create(plural, namespace, given);
      return this.#listed(plural, namespace, request);
    }
    const at = `${plural}/${namespace}/${name}`;
    const known = this.#entries.get(at);
    if (request.method === 'PATCH' && request.contentType === 'application/apply-patch+yaml' && given) {
      return this.#apply(at, known, given, String(request.query?.fieldManager), request.query?.force === true);
    }
    if (!known) throw new ApiError(404, 'NotFound', `${at} not found`);
    switch (request.method) {
      case 'GET':
        return known.object;
      case 'DELETE':
        return this.#delete(at, known, given as DeleteOptions | undefined);
      case 'PUT':
        return this.#update(at, known, given ?? {}, subresource, managerOf(request));
      case 'PATCH':
        return this.#update(at, known, merged(known.object, given), subresource, managerOf(request));
      case 'POST':
        throw new ApiError(405, 'MethodNotAllowed', at);
    }
  }

  /** What the path means; undefined where nothing is served. */
  parse(path: string): Place | undefined {
    const [root, ...parts] = path.split('/').filter(Boolean).map(decodeURIComponent);
    const rest = parts.slice(root === 'api' ? 1 : 2);
    const [namespace = '', plural = '', name, subresource] = rest[0] === 'namespaces' ? rest.slice(1) : ['', ...rest];
    return this.#kinds.has(plural) ? { namespace, plural, name, subresource } : undefined;
  }

  #listed(plural: string, namespace: string, { query }: ApiRequest): object {
    const items = this.list(plural).filter(
      (object) =>
        (namespace === '' || object.metadata.namespace === namespace) &&
        isSelected(object.metadata, query) &&
        hasFields(object, query),
    );
    return { metadata: { resourceVersion: String(this.#version) }, items };
  }

  #create(plural: string, namespace: string, given: Stored): Stored {
    const at = `${plural}/${namespace}/${given.metadata.name}`;
    if (this.#entries.has(at)) throw new ApiError(409, 'AlreadyExists', `${at} already exists`);
    const claim: Claim = { manager: 'client', operation: 'Update', paths: new Set(leavesOf(given).keys()) };
    const finalizers = FINALIZERS[plural];
    const admitted = finalizers ? { ...given, metadata: { ...given.metadata, finalizers } } : given;
    return this.#store(at, undefined, admitted, [claim]);
  }

  #apply(at: string, known: Entry | undefined, given: Stored, manager: string, force: boolean): Stored {
    const { uid, resourceVersion } = given.metadata;
    const live = known?.object.metadata;
    const isStale = live ? resourceVersion !== undefined && resourceVersion !== live.resourceVersion : false;
    if (isStale || (uid !== undefined && uid !== live?.uid)) throw new ApiError(409, 'Conflict', `${at} has changed`);
    const wanted = leavesOf(given);
    const mine = known?.claims.find((claim) => claim.manager === manager && claim.operation === 'Apply');
    const others = known?.claims.filter((claim) => claim !== mine) ?? [];
    const next = structuredClone(known?.object ?? { ...given, status: undefined }) as unknown as Json;
    const before = leavesOf(next);
    const taken = new Set<string>();
    for (const [path, value] of wanted) {
      if (isDeepStrictEqual(before.get(path), value)) continue;
      const owner = others.find(({ paths }) => paths.has(path));
      if (owner && !force) throw new ApiError(409, 'Conflict', `${at}: ${path} belongs to ${owner.manager}`);
      taken.add(path);
      setLeaf(next, path, structuredClone(value));
    }
    for (const path of mine?.paths ?? []) {
      if (!wanted.has(path) && !others.some(({ paths }) => owns(paths, path))) removeLeaf(next, path);
    }
    const claims = [
      ...others.map((claim) => ({ ...claim, paths: new Set([...claim.paths].filter((path) => !taken.has(path))) })),
      { manager, operation: 'Apply' as const, paths: new Set(wanted.keys()) },
    ];
    return this.#store(at, known, next as unknown as Stored, claims);
  }

  #update(at: string, known: Entry, given: object, subresource: string | undefined, manager: string): Stored {
    const { metadata } = given as Stored;
    const live = known.object;
    const isStale =
      (metadata.resourceVersion !== undefined && metadata.resourceVersion !== live.metadata.resourceVersion) ||
      (metadata.uid !== undefined && metadata.uid !== live.metadata.uid);
    if (isStale) throw new ApiError(409, 'Conflict', `${at} has been modified`);
    if (subresource === 'status') {
      return this.#store(at, known, { ...live, status: (given as Json).status }, known.claims);
    }
    const next = structuredClone(given) as unknown as Stored;
    if (subresource === undefined) (next as Json).status = live.status;
    const before = leavesOf(live);
    const after = leavesOf(next);
    const changed = [...after].filter(([path, value]) => !isDeepStrictEqual(before.get(path), value));
    const moved = new Set(changed.map(([path]) => path));
    const isMine = (claim: Claim): boolean =>
      claim.manager === manager && claim.operation === 'Update' && claim.subresource === subresource;
    const mine = known.claims.find(isMine)?.paths ?? [];
    const claims = [
      ...known.claims
        .filter((claim) => !isMine(claim))
        .map((claim) => ({
          ...claim,
          paths: new Set([...claim.paths].filter((path) => after.has(path) && !moved.has(path))),
        })),
      {
        manager,
        operation: 'Update' as const,
        ...(subresource === undefined ? {} : { subresource }),
        paths: new Set(
          [...mine, ...moved].filter((path) => after.has(path) && !isScaledAway(subresource, path, after)),
        ),
      },
    ];
    return this.#store(at, known, next, claims);
  }

  #delete(at: string, known: Entry, options: DeleteOptions | undefined): object {
    const { uid, resourceVersion } = options?.preconditions ?? {};
    const { metadata } = known.object;
    if (
      (uid !== undefined && uid !== metadata.uid) ||
      (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion)
    ) {
      throw new ApiError(409, 'Conflict', `${at}: the precondition does not hold`);
    }
    if (metadata.deletionTimestamp !== undefined) return known.object;
    const finalizers = [...(metadata.finalizers ?? []), ...(options?.propagationPolicy === 'Orphan' ? ['orphan'] : [])];
    if (finalizers.length === 0) return this.#drop(at, known);
    const deletionTimestamp = this.#now().toISOString() as unknown as Date;
    const going = { ...known.object, metadata: { ...metadata, finalizers, deletionTimestamp } };
    return this.#store(at, known, going, known.claims);
  }

  #drop(at: string, known: Entry): object {
    this.#version += 1;
    this.#entries.delete(at);
    const { metadata } = known.object;
    const last = frozen({ ...known.object, metadata: { ...metadata, resourceVersion: String(this.#version) } });
    this.#happened(at, last, undefined);
    return { kind: 'Status', status: 'Success' };
  }

  #store(at: string, known: Entry | undefined, given: Stored, allClaims: readonly Claim[]): Stored {
    const [plural = '', namespace = ''] = at.split('/');
    const kind = this.#kinds.get(plural);
    const claims = allClaims.filter(({ paths }) => paths.size > 0);
    this.#refuseForbidden(at, plural, known?.object, given);
    const defaults = DEFAULTS[plural];
    const spec = defaults && given.spec ? { ...defaults, ...given.spec } : given.spec;
    const live = known?.object;
    const withSpec = { ...given, ...(spec === undefined ? {} : { spec }) };
    const isChanged = live === undefined || !isDeepStrictEqual(comparable(withSpec), comparable(live));
    if (live && !isChanged && sameClaims(claims, known.claims)) return live;
    this.#version += 1;
    const hasMoved = live !== undefined && !isDeepStrictEqual(live.spec, spec);
    const stored: Json = {
      ...withSpec,
      apiVersion: kind?.apiVersion,
      kind: kind?.kind,
      metadata: {
        ...given.metadata,
        namespace,
        uid: live?.metadata.uid ?? `uid-${(this.#uids += 1)}`,
        creationTimestamp: live?.metadata.creationTimestamp ?? this.#now().toISOString(),
        ...(spec === undefined ? {} : { generation: (live?.metadata.generation ?? 0) + (live && !hasMoved ? 0 : 1) }),
        resourceVersion: String(this.#version),
        managedFields: claims.map(({ paths, ...who }) => ({
          ...who,
          apiVersion: kind?.apiVersion,
          fieldsType: 'FieldsV1',
          fieldsV1: fieldsOf(paths),
        })),
      },
    };
    if (stored.status === undefined) delete stored.status;
    const object = frozen(JSON.parse(JSON.stringify(stored)) as Stored);
    const entry = { object, claims };
    this.#entries.set(at, entry);
    if (object.metadata.deletionTimestamp !== undefined && (object.metadata.finalizers ?? []).length === 0) {
      this.#version -= 1;
      this.#drop(at, entry);
      return object;
    }
    this.#happened(at, live, object);
    return object;
  }

  #refuseForbidden(at: string, plural: string, live: Stored | undefined, given: Stored): void {
    if (plural === 'persistentvolumeclaims' && (given.spec as Json | undefined)?.accessModes === undefined) {
      throw new ApiError(422, 'Invalid', `${at}: spec.accessModes: Required value`);
    }
    for (const field of IMMUTABLE[plural] ?? []) {
      const before = (live?.spec as Json | undefined)?.[field];
      if (live && !isDeepStrictEqual(before, (given.spec as Json | undefined)?.[field])) {
        throw new ApiError(422, 'Invalid', `${at}: spec.${field} is immutable`);
      }
    }
  }

  #happened(at: string, before: Stored | undefined, after: Stored | undefined): void {
    this.history.push({ plural: at.slice(0, at.indexOf('/')), before, after, version: this.#version });
  }
}

/** A scale leaves 0 out, of the managed fields too. */
const isScaledAway = (subresource: string | undefined, path: string, after: ReadonlyMap<string, unknown>): boolean =>
  subresource === 'scale' && path === 'f:spec\nf:replicas' && after.get(path) === 0;

/** Whether the manager owns the path, or something below the list element that the path means. */
function owns(paths: ReadonlySet<string>, path: string): boolean {
  if (paths.has(path)) return true;
  if (!path.endsWith('\n.')) return false;
  const above = path.slice(0, -1);
  return [...paths].some((other) => other.startsWith(above));
}

export function isSelected(
  { labels }: Stored['metadata'],
  query: ApiRequest['query'] | Readonly<Record<string, unknown>>,
): boolean {
  const selector = query?.labelSelector;
  if (typeof selector !== 'string' || selector === '') return true;
  const [name = '', value] = selector.split('=');
  return value === undefined ? labels?.[name] !== undefined : labels?.[name] === value;
}

/** The terms of a field selector, all of them equations. */
function hasFields(object: Stored, query: ApiRequest['query']): boolean {
  const selector = query?.fieldSelector;
  if (typeof selector !== 'string') return true;
  return selector.split(',').every((term) => {
    const [path = '', wanted] = term.split('=');
    const value = path.split('.').reduce<unknown>((part, name) => (part as Json | undefined)?.[name], object);
    return value === wanted;
  });
}

const managerOf = ({ query }: ApiRequest): string => String(query?.fieldManager ?? 'client');

/** RFC 7386. */
function merged(live: unknown, patch: unknown): object {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch as object;
  const base = typeof live === 'object' && live !== null && !Array.isArray(live) ? { ...(live as Json) } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(base, name);
    else base[name] = merged(base[name], value);
  }
  return base;
}

/** What of an object decides whether it has changed. */
function comparable({ metadata, ...rest }: Stored): object {
  const { resourceVersion, managedFields, generation, uid, creationTimestamp, namespace, ...fields } = metadata;
  return JSON.parse(JSON.stringify({ ...rest, apiVersion: undefined, kind: undefined, metadata: fields })) as object;
}

const sameClaims = (one: readonly Claim[], other: readonly Claim[]): boolean =>
  one.length === other.length &&
  one.every((claim) =>
    other.some(
      ({ manager, operation, subresource, paths }) =>
        manager === claim.manager &&
        operation === claim.operation &&
        subresource === claim.subresource &&
        isDeepStrictEqual(paths, claim.paths),
    ),
  );

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
