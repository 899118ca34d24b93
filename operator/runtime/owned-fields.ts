import { isDeepStrictEqual } from 'node:util';
import type { V1ManagedFieldsEntry } from '@kubernetes/client-node';
import type { KubeObject } from './kinds.ts';

/**
 * The fields that one manager owns, in the form in which the API server keeps them (`fieldsV1` of structured-merge-diff): `f:name` is a
 * field, `k:{...}` an element of a list by its keys, `v:...` an element of a set, `.` the element itself; `{}` a leaf.
 */
export interface FieldSet {
  readonly [path: string]: FieldSet;
}

const METADATA_OF_IDENTITY = new Set(['name', 'namespace', 'uid', 'resourceVersion']);

/** What a manager has applied; undefined where it never did. */
export function appliedFields(object: KubeObject, manager: string): FieldSet | undefined {
  const entry = object.metadata.managedFields?.find(
    (candidate) => candidate.manager === manager && candidate.operation === 'Apply' && !candidate.subresource,
  );
  return entry?.fieldsV1 as FieldSet | undefined;
}

/** Whether any manager at all owns the field at the path, e.g. `['spec', 'replicas']`. */
export function isOwned(object: KubeObject, path: readonly string[]): boolean {
  return (object.metadata.managedFields ?? []).some(
    ({ fieldsV1 }) => at(fieldsV1 as FieldSet | undefined, path) !== undefined,
  );
}

export function owns(object: KubeObject, manager: string, path: readonly string[]): boolean {
  return at(appliedFields(object, manager), path) !== undefined;
}

function at(fields: FieldSet | undefined, path: readonly string[]): FieldSet | undefined {
  return path.reduce<FieldSet | undefined>((set, name) => set?.[`f:${name}`], fields);
}

/**
 * Whether an apply of `desired` would change nothing: the fields that the manager owns are exactly the desired ones, and the live object
 * has their desired values. A field that is no longer desired but still owned counts as a difference, since the apply would remove it.
 *
 * Two things it cannot know without the schema, so builders must see to them: keys of list elements are written out even where the
 * server would fill them in (`protocol: TCP` of a port), and quantities stand in their canonical form (`100m`, not `0.1`; see `withDefaults`).
 */
export function isApplied(desired: KubeObject, live: KubeObject, manager: string): boolean {
  const owned = appliedFields(live, manager);
  if (owned === undefined) return false;
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = desired;
  const told = Object.entries(metadata).filter(([name]) => !METADATA_OF_IDENTITY.has(name));
  const fields = { ...rest, ...(told.length === 0 ? {} : { metadata: Object.fromEntries(told) as object }) };
  return matches(fields, live, owned);
}

function matches(desired: unknown, live: unknown, owned: FieldSet): boolean {
  const paths = Object.keys(owned).filter((path) => path !== '.');
  // A leaf: an atomic value, compared whole but for what the server filled in.
  if (paths.length === 0) return contains(live, desired);
  if (Array.isArray(desired)) {
    return (
      Array.isArray(live) &&
      desired.length === paths.length &&
      paths.every((path) => {
        const isElement = selector(path);
        const index = desired.findIndex(isElement);
        const found: unknown = live.find(isElement);
        return index >= 0 && found !== undefined && matches(desired[index], found, owned[path] ?? {});
      })
    );
  }
  if (!isRecord(desired) || !isRecord(live)) return false;
  const names = Object.keys(desired).filter((name) => desired[name] !== undefined);
  return (
    names.length === paths.length &&
    names.every((name) => {
      const below = owned[`f:${name}`];
      return below !== undefined && matches(desired[name], live[name], below);
    })
  );
}

/** A test for the list element that a path of the form `k:{...}` or `v:...` means. */
function selector(path: string): (element: unknown) => boolean {
  const value: unknown = JSON.parse(path.slice(2));
  if (path.startsWith('v:')) return (element) => isDeepStrictEqual(element, value);
  return (element) => contains(element, value);
}

/** Whether everything in `part` is in `whole` with the same value; lists must have the same length. */
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
  // The API server's own types leave out what is empty.
  return whole === part || (part === '' && whole === undefined);
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/**
 * The managers' entries without what nobody here asks for: of our own managers everything, of the others only who they are and, where
 * they own it, the path of `spec.replicas`. Field sets of equal content become one object, so that a thousand apps share them.
 */
export function createManagedFieldsPruner(ours: readonly string[]): <T extends KubeObject>(object: T) => T {
  const shared = new Map<string, object>();
  const share = (fields: object): object => {
    const key = JSON.stringify(fields);
    const known = shared.get(key);
    if (known) return known;
    // Field sets that name uids are never shared; forgetting them all now and then bounds the map.
    if (shared.size > 1_000) shared.clear();
    shared.set(key, fields);
    return fields;
  };
  const prune = (entry: V1ManagedFieldsEntry): V1ManagedFieldsEntry => {
    const fields = entry.fieldsV1 as FieldSet | undefined;
    if (fields === undefined) return entry;
    if (ours.includes(entry.manager ?? '')) return { ...entry, fieldsV1: share(fields) };
    if (at(fields, ['spec', 'replicas'])) return { ...entry, fieldsV1: share({ 'f:spec': { 'f:replicas': {} } }) };
    const who = { ...entry };
    delete who.fieldsV1;
    return who;
  };
  return (object) => ({
    ...object,
    metadata: { ...object.metadata, managedFields: object.metadata.managedFields?.map(prune) ?? [] },
  });
}
