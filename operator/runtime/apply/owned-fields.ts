import { isDeepStrictEqual } from 'node:util';
import type { V1ManagedFieldsEntry } from '@kubernetes/client-node';
import type { KubeObject } from '../client/kinds.ts';

/**
 * The fields that one manager owns, in the API server's format (`fieldsV1` of structured-merge-diff). `f:name` is a field, `k:{...}` an
 * element of a list by its keys, `v:...` an element of a set, and `.` the element itself. `{}` is a leaf.
 */
export interface FieldSet {
  readonly [path: string]: FieldSet;
}

const IDENTITY_FIELDS = new Set(['name', 'namespace', 'uid', 'resourceVersion']);

/** The fields that a manager has applied. Undefined if it has never applied the object. */
export function appliedFields(object: KubeObject, manager: string): FieldSet | undefined {
  const entry = object.metadata.managedFields?.find(
    (candidate) => candidate.manager === manager && candidate.operation === 'Apply' && !candidate.subresource,
  );
  return entry?.fieldsV1 as FieldSet | undefined;
}

/** Whether any manager owns the field at the path, e.g. `['spec', 'replicas']`. */
export function isOwned(object: KubeObject, path: readonly string[]): boolean {
  return (object.metadata.managedFields ?? []).some(
    ({ fieldsV1 }) => at(fieldsV1 as FieldSet | undefined, path) !== undefined,
  );
}

/** Whether the manager has applied the field at the path. Updates that are not an apply do not count. */
export function owns(object: KubeObject, manager: string, path: readonly string[]): boolean {
  return at(appliedFields(object, manager), path) !== undefined;
}

function at(fields: FieldSet | undefined, path: readonly string[]): FieldSet | undefined {
  return path.reduce<FieldSet | undefined>((set, name) => set?.[`f:${name}`], fields);
}

/** A place where an apply would change something. */
export interface Difference {
  /** Keys of `FieldSet`, from the root of the object. */
  readonly path: readonly string[];
  /**
   * `value`: we own it, but its value is not the desired one. `lost`: we do not own it, and its value is not the desired one. `ownership`: its
   * value is the desired one, but we do not own it. `obsolete`: we own it, but no longer want it. The apply removes it.
   */
  readonly what: 'value' | 'lost' | 'ownership' | 'obsolete';
}

/**
 * The places where an apply of `desired` would change the live object. Empty if the manager owns exactly the desired fields, with the
 * desired values.
 *
 * It does not know the schema, so `desired` must meet two conditions. The keys of list elements are complete, including those that the API
 * server defaults (`protocol: TCP` of a port). Quantities are in canonical form (`100m`, not `0.1`; see `withDefaults`).
 */
export function differences(desired: KubeObject, live: KubeObject, manager: string): Difference[] {
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = desired;
  const otherMetadata = Object.entries(metadata).filter(([name]) => !IDENTITY_FIELDS.has(name));
  const hasMetadata = otherMetadata.length > 0;
  const fields = { ...rest, ...(hasMetadata ? { metadata: Object.fromEntries(otherMetadata) as object } : {}) };
  const found: Difference[] = [];
  compare(fields, live, appliedFields(live, manager), [], found);
  return found;
}

/** `path` is one shared list for the whole walk. It is copied only where a difference is found. */
function compare(
  desired: unknown,
  live: unknown,
  owned: FieldSet | undefined,
  path: string[],
  found: Difference[],
): void {
  const differs = (what: Difference['what'], ...below: string[]): void => {
    found.push({ path: [...path, ...below], what });
  };
  const below = (name: string, ...values: [desired: unknown, live: unknown, owned: FieldSet | undefined]): void => {
    path.push(name);
    compare(...values, path, found);
    path.pop();
  };
  const isList = Array.isArray(desired);
  if (owned === undefined && (isList || !isRecord(desired) || contains(live, desired))) {
    differs(contains(live, desired) ? 'ownership' : 'lost');
    return;
  }
  if (owned !== undefined && Object.keys(owned).length === 0) {
    // A leaf is an atomic value. It may contain more than desired: the API server adds defaults.
    if (!contains(live, desired)) differs('value');
    return;
  }
  const paths = Object.keys(owned ?? {}).filter((name) => name !== '.');
  if (isList) {
    const elements: readonly unknown[] = Array.isArray(live) ? live : [];
    const unowned = new Set<unknown>(desired);
    for (const name of paths) {
      const isElement = selector(name);
      const wanted: unknown = desired.find(isElement);
      const element = elements.find(isElement);
      unowned.delete(wanted);
      if (wanted === undefined) differs('obsolete', name);
      else if (element === undefined) differs('value', name);
      else below(name, wanted, element, owned?.[name]);
    }
    for (const wanted of unowned) differs('lost', ...nameOf(wanted));
    return;
  }
  if (!isRecord(desired) || !isRecord(live)) {
    differs(owned === undefined ? 'lost' : 'value');
    return;
  }
  const names = Object.keys(desired).filter((name) => desired[name] !== undefined);
  for (const name of names) {
    // If we do not own the parent, report only the parts that differ.
    if (owned === undefined && contains(live[name], desired[name])) continue;
    below(`f:${name}`, desired[name], live[name], owned?.[`f:${name}`]);
  }
  for (const name of paths) if (!names.includes(name.slice(2))) differs('obsolete', name);
}

/** A guess at the key of a list element that we do not own yet, since the schema is unknown. */
const nameOf = (element: unknown): string[] =>
  isRecord(element) && typeof element.name === 'string' ? [`k:${JSON.stringify({ name: element.name })}`] : [];

/** The path in readable form, e.g. `spec.template.spec.containers[web].image`. */
export function readable(path: readonly string[]): string {
  return path
    .map((part, index) => {
      const [kind, name] = [part.slice(0, 2), part.slice(2)];
      if (kind !== 'f:') return `[${elementName(JSON.parse(name))}]`;
      return /^[\w$]+$/.test(name) ? `${index === 0 ? '' : '.'}${name}` : `[${name}]`;
    })
    .join('');
}

const elementName = (keys: unknown): string => (isRecord(keys) ? Object.values(keys).join('/') : String(keys));

/** The manager, other than ours, that owns the field, a part of it or a parent of it. If there are several, the one that wrote last. */
export function ownerOf(object: KubeObject, path: readonly string[], ours: readonly string[]): string | undefined {
  const others = (object.metadata.managedFields ?? []).filter(
    ({ manager = '', fieldsV1 }) => !ours.includes(manager) && covers(fieldsV1 as FieldSet | undefined, path),
  );
  const latest = others.sort((one, other) => timeOf(other) - timeOf(one))[0];
  return latest?.manager;
}

const timeOf = ({ time }: V1ManagedFieldsEntry): number => (time === undefined ? 0 : new Date(time).getTime());

function covers(fields: FieldSet | undefined, path: readonly string[]): boolean {
  let set = fields;
  for (const name of path) {
    if (set === undefined) return false;
    if (set !== fields && Object.keys(set).length === 0) return true;
    set = set[name];
  }
  return set !== undefined;
}

/** A predicate for the list element that a key of the form `k:{...}` or `v:...` denotes. */
function selector(path: string): (element: unknown) => boolean {
  const value: unknown = JSON.parse(path.slice(2));
  if (path.startsWith('v:')) return (element) => isDeepStrictEqual(element, value);
  return (element) => contains(element, value);
}

/** Whether `whole` has everything in `part`, with the same values. Lists must have the same length. */
export function contains(whole: unknown, part: unknown): boolean {
  if (Array.isArray(part)) {
    return (
      Array.isArray(whole) && whole.length === part.length && part.every((item, index) => contains(whole[index], item))
    );
  }
  if (isRecord(part)) {
    return (
      isRecord(whole) &&
      Object.entries(part).every(([name, value]) => value === undefined || contains(whole[name], value))
    );
  }
  // The API server's types omit empty strings.
  return whole === part || (part === '' && whole === undefined);
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** More than there are different field sets: a few for each kind of object, and one for each owner. */
const MOST_SHARED = 10_000;

/**
 * Returns a function that drops unused managed fields before an object is cached. It keeps the field sets of `ours`, and of other managers
 * only the ownership of `spec.replicas`.
 *
 * Equal parts of field sets become one shared object. This halves the heap: 24 MiB instead of 48 for a thousand apps. The two upper levels
 * are not shared, because they contain the uid of the owner.
 */
export function createManagedFieldsPruner(ours: readonly string[]): <T extends KubeObject>(object: T) => T {
  const shared = new Map<string, FieldSet>();
  const share = (fields: FieldSet): FieldSet => {
    const key = JSON.stringify(fields);
    const known = shared.get(key);
    if (known) return known;
    if (shared.size >= MOST_SHARED) shared.clear();
    shared.set(key, fields);
    return fields;
  };
  const mapped = (fields: FieldSet, change: (part: FieldSet) => FieldSet): FieldSet =>
    Object.fromEntries(Object.entries(fields).map(([name, part]) => [name, change(part)]));
  const shareParts = (fields: FieldSet): FieldSet => mapped(fields, (part) => mapped(part, share));
  const replicas: FieldSet = { 'f:spec': { 'f:replicas': {} } };
  // The map returns one string instance for each of our managers, so that all objects share it.
  const names = new Map(ours.map((name) => [name, name]));
  const prune = ({ manager, operation, subresource, fieldsV1 }: V1ManagedFieldsEntry): V1ManagedFieldsEntry[] => {
    const fields = fieldsV1 as FieldSet | undefined;
    if (fields === undefined) return [];
    const known = names.get(manager ?? '');
    if (known === undefined && at(fields, ['spec', 'replicas']) === undefined) return [];
    return [
      {
        ...(manager === undefined ? {} : { manager: known ?? manager }),
        ...(operation === undefined ? {} : { operation }),
        ...(subresource === undefined ? {} : { subresource }),
        fieldsV1: known === undefined ? replicas : shareParts(fields),
      },
    ];
  };
  return (object) => ({
    ...object,
    metadata: { ...object.metadata, managedFields: object.metadata.managedFields?.flatMap(prune) ?? [] },
  });
}
