import { isDeepStrictEqual } from 'node:util';
import type { V1ManagedFieldsEntry } from '@kubernetes/client-node';
import type { KubeObject } from '../client/kinds.ts';

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

/** Where an apply would change something. */
export interface Difference {
  /** In the terms of `FieldSet`, from the root of the object. */
  readonly path: readonly string[];
  /**
   * `value`: ours, but not as desired. `lost`: desired, no longer ours (or not yet), and not as desired. `ownership`: as desired, but not ours.
   * `obsolete`: ours, but no longer desired; the apply removes it.
   */
  readonly what: 'value' | 'lost' | 'ownership' | 'obsolete';
}

/**
 * Where the live object is not what an apply of `desired` would make of it; nowhere when the fields that the manager owns are exactly the
 * desired ones and have their desired values.
 *
 * Two things it cannot know without the schema, so builders must see to them: keys of list elements are written out even where the
 * server would fill them in (`protocol: TCP` of a port), and quantities stand in their canonical form (`100m`, not `0.1`; see `withDefaults`).
 */
export function differences(desired: KubeObject, live: KubeObject, manager: string): Difference[] {
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = desired;
  const told = Object.entries(metadata).filter(([name]) => !METADATA_OF_IDENTITY.has(name));
  const fields = { ...rest, ...(told.length === 0 ? {} : { metadata: Object.fromEntries(told) as object }) };
  const found: Difference[] = [];
  compare(fields, live, appliedFields(live, manager), [], found);
  return found;
}

/** `path` is one list for the whole walk, so that what is equal costs nothing. */
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
    // A leaf: an atomic value, compared whole but for what the server filled in.
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
    // Of a whole that is not ours, only the parts that are not as desired tell what happened.
    if (owned === undefined && contains(live[name], desired[name])) continue;
    below(`f:${name}`, desired[name], live[name], owned?.[`f:${name}`]);
  }
  for (const name of paths) if (!names.includes(name.slice(2))) differs('obsolete', name);
}

/** What a list element may be called that nobody has told the keys of. */
const nameOf = (element: unknown): string[] =>
  isRecord(element) && typeof element.name === 'string' ? [`k:${JSON.stringify({ name: element.name })}`] : [];

/** The path as people write it: `spec.template.spec.containers[web].image`. */
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

/** Who, besides our own managers, owns the field or something in it, or a whole that it is part of; the latest of several. */
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

/** More than there are shapes of objects; each owner makes one more. */
const SHARED = 10_000;

/**
 * Drops the managed fields that nobody here reads: it keeps the field sets of our own managers, and of the others only who owns
 * `spec.replicas`. Equal parts of field sets become one object, which all apps share: a thousand apps then take 24 MiB of heap instead of 48.
 * The two uppermost levels are not shared, since every object names the uid of its owner there.
 */
export function createManagedFieldsPruner(ours: readonly string[]): <T extends KubeObject>(object: T) => T {
  const shared = new Map<string, FieldSet>();
  const share = (fields: FieldSet): FieldSet => {
    const key = JSON.stringify(fields);
    const known = shared.get(key);
    if (known) return known;
    if (shared.size >= SHARED) shared.clear();
    shared.set(key, fields);
    return fields;
  };
  const mapped = (fields: FieldSet, change: (part: FieldSet) => FieldSet): FieldSet =>
    Object.fromEntries(Object.entries(fields).map(([name, part]) => [name, change(part)]));
  const shareParts = (fields: FieldSet): FieldSet => mapped(fields, (part) => mapped(part, share));
  const replicas: FieldSet = { 'f:spec': { 'f:replicas': {} } };
  const names = new Map(ours.map((name) => [name, name]));
  const prune = ({ manager, operation, subresource, fieldsV1 }: V1ManagedFieldsEntry): V1ManagedFieldsEntry[] => {
    const fields = fieldsV1 as FieldSet | undefined;
    if (fields === undefined) return [];
    // The string that all share.
    const own = names.get(manager ?? '');
    if (own === undefined && at(fields, ['spec', 'replicas']) === undefined) return [];
    return [
      {
        ...(manager === undefined ? {} : { manager: own ?? manager }),
        ...(operation === undefined ? {} : { operation }),
        ...(subresource === undefined ? {} : { subresource }),
        fieldsV1: own === undefined ? replicas : shareParts(fields),
      },
    ];
  };
  return (object) => ({
    ...object,
    metadata: { ...object.metadata, managedFields: object.metadata.managedFields?.flatMap(prune) ?? [] },
  });
}
