import { isDeepStrictEqual } from 'node:util';

/**
 * The leaves of an object by their paths, as structured-merge-diff names them: `f:name` a field, `k:{...}` an element of a list that is
 * a map by keys, `v:...` an element of a list that is a set, `.` that element itself. The elements of a path stand on lines of their own.
 */
export type Leaves = ReadonlyMap<string, unknown>;

type Json = Record<string, unknown>;

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** How the lists of built-in types merge, by the name of the field that holds them; all others are atomic. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  imagePullSecrets: ['name'],
  volumeMounts: ['mountPath'],
  ownerReferences: ['uid'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
};
/** Lists whose elements are owned whole. */
const ATOMIC_ELEMENTS = new Set(['ownerReferences']);
const SETS = new Set(['finalizers']);
const ATOMIC_MAPS = new Set([
  'selector',
  'podSelector',
  'namespaceSelector',
  'labelSelector',
  'nodeSelector',
  'fieldRef',
  'secretKeyRef',
  'configMapKeyRef',
]);

function keysOf(path: readonly string[]): readonly string[] | undefined {
  const name = path.at(-1)?.slice(2) ?? '';
  if (name === 'ports') return path.includes('f:containers') ? ['containerPort', 'protocol'] : portKeys(path);
  return KEYS[name];
}

/** Of a Service; those of a NetworkPolicy are atomic. */
const portKeys = (path: readonly string[]): readonly string[] | undefined =>
  path.length === 2 ? ['port', 'protocol'] : undefined;

const IDENTITY = new Set([
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'managedFields',
]);

/** The leaves that managers can own: of metadata, spec, data and the like, not of status. */
export function leavesOf(object: object): Leaves {
  const leaves = new Map<string, unknown>();
  for (const [name, value] of Object.entries(object as Json)) {
    if (['apiVersion', 'kind', 'status'].includes(name)) continue;
    const shown: unknown =
      name === 'metadata' && isRecord(value)
        ? Object.fromEntries(Object.entries(value).filter(([key]) => !IDENTITY.has(key)))
        : value;
    if (name !== 'metadata' || Object.keys(shown as object).length > 0) collect([`f:${name}`], shown, leaves);
  }
  return leaves;
}

function collect(path: readonly string[], value: unknown, leaves: Map<string, unknown>): void {
  const name = path.at(-1)?.slice(2) ?? '';
  if (value === undefined) return;
  if (isRecord(value) && !ATOMIC_MAPS.has(name) && Object.keys(value).length > 0) {
    for (const [key, item] of Object.entries(value)) collect([...path, `f:${key}`], item, leaves);
    return;
  }
  const keys = Array.isArray(value) ? keysOf(path) : undefined;
  if (Array.isArray(value) && value.length > 0 && keys !== undefined) {
    for (const item of value as Json[]) {
      const named = keys.filter((key) => item[key] !== undefined).map((key) => [key, item[key]]);
      const element = [...path, `k:${JSON.stringify(Object.fromEntries(named))}`];
      if (ATOMIC_ELEMENTS.has(name)) {
        leaves.set(element.join('\n'), item);
        continue;
      }
      leaves.set([...element, '.'].join('\n'), true);
      for (const [key, part] of Object.entries(item)) collect([...element, `f:${key}`], part, leaves);
    }
    return;
  }
  if (Array.isArray(value) && SETS.has(name)) {
    for (const item of value as unknown[]) leaves.set([...path, `v:${JSON.stringify(item)}`].join('\n'), item);
    return;
  }
  leaves.set(path.join('\n'), value);
}

/** Paths in the nested form of `fieldsV1`. */
export function fieldsOf(paths: Iterable<string>): Json {
  const fields: Json = {};
  for (const path of paths) {
    let at = fields;
    for (const element of path.split('\n')) at = (at[element] ??= {}) as Json;
  }
  return fields;
}

const matcher = (element: string): ((item: unknown) => boolean) => {
  const value: unknown = JSON.parse(element.slice(2));
  return element.startsWith('v:')
    ? (item) => isDeepStrictEqual(item, value)
    : (item) => Object.entries(value as Json).every(([key, part]) => isDeepStrictEqual((item as Json)[key], part));
};

/** Sets the leaf in place, making what is above it. */
export function setLeaf(root: Json, path: string, value: unknown): void {
  const elements = path.split('\n');
  let at: unknown = root;
  for (const [index, element] of elements.entries()) {
    const below = elements[index + 1];
    const isLast = below === undefined;
    if (element === '.') return;
    if (element.startsWith('f:')) {
      const name = element.slice(2);
      const record = at as Json;
      if (isLast) record[name] = value;
      else at = record[name] ??= /^[kv]:/.test(below) ? [] : {};
      continue;
    }
    const list = at as unknown[];
    let item = list.find(matcher(element));
    if (isLast && item !== undefined) list[list.indexOf(item)] = value;
    if (item === undefined) {
      item = isLast ? value : { ...(JSON.parse(element.slice(2)) as Json) };
      list.push(item);
    }
    at = item;
  }
}

/** Removes the leaf in place, and what is empty above it then. */
export function removeLeaf(root: Json, path: string): void {
  remove(root, path.split('\n'));
}

function remove(at: unknown, [element = '', ...rest]: readonly string[]): void {
  if (at === undefined || at === null) return;
  if (Array.isArray(at)) {
    const index = at.findIndex(matcher(element));
    if (index < 0) return;
    if (rest.length === 0 || rest[0] === '.') at.splice(index, 1);
    else remove(at[index], rest);
    return;
  }
  const record = at as Json;
  const name = element.slice(2);
  if (rest.length > 0) remove(record[name], rest);
  if (rest.length === 0 || isEmpty(record[name])) Reflect.deleteProperty(record, name);
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;
