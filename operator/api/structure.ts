import { isObject, schemasIn, type Schema } from './schema.ts';

/** What is wrong, and where; never the value, which may be a secret. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** Keywords that are checked here or by the rules, or that demand nothing. */
const KEYWORDS: ReadonlySet<string> = new Set<keyof Schema>([
  'type',
  'properties',
  'additionalProperties',
  'items',
  'required',
  'default',
  'enum',
  'format',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'x-kubernetes-validations',
]);

/**
 * What of a value is not as its schema says, the API server's rules but for those in CEL, in its words where it has some. Unknown fields
 * are no fault: the API server drops them. Throws where the schema itself demands what is not known here.
 */
export function createStructureCheck(schema: Schema): (value: unknown) => Iterable<Fault> {
  const patterns = new Map<string, RegExp>();
  for (const inner of schemasIn(schema)) {
    const unknown = Object.keys(inner).find((keyword) => !KEYWORDS.has(keyword));
    if (unknown !== undefined) throw new Error(`The schema has a keyword that is not known: ${unknown}`);
    if (inner.pattern !== undefined) patterns.set(inner.pattern, asInGo(inner.pattern));
  }
  return (value) => faultsOf(value, schema, '', patterns);
}

type Patterns = ReadonlyMap<string, RegExp>;

function* faultsOf(value: unknown, schema: Schema, path: string, patterns: Patterns): Generator<Fault> {
  if (!isOfType(value, schema)) {
    yield { path, message: `must be of type ${schema.type ?? 'integer or string'}` };
    return;
  }
  // What is too large is not looked into: whoever got it past the API server may have made it as large as that takes.
  const size = sizeFault(value, schema);
  const message = size ?? valueFault(value, schema, patterns);
  if (message !== undefined) yield { path, message };
  if (size !== undefined) return;
  if (Array.isArray(value)) {
    yield* duplicates(value, schema, path);
    for (const [index, item] of value.entries()) {
      if (schema.items) yield* faultsOf(item, schema.items, `${path}[${index}]`, patterns);
    }
  }
  if (isObject(value)) yield* faultsOfFields(value, schema, path, patterns);
}

function* faultsOfFields(
  value: Readonly<Record<string, unknown>>,
  { properties = {}, additionalProperties, required = [] }: Schema,
  path: string,
  patterns: Patterns,
): Generator<Fault> {
  const within = (name: string): string => (path === '' ? name : `${path}.${name}`);
  for (const name of required) {
    if (value[name] === undefined) yield { path: within(name), message: 'Required value' };
  }
  for (const [name, inner] of Object.entries(properties)) {
    if (value[name] !== undefined) yield* faultsOf(value[name], inner, within(name), patterns);
  }
  if (!additionalProperties) return;
  for (const [key, item] of Object.entries(value)) {
    yield* faultsOf(item, additionalProperties, `${path}[${key}]`, patterns);
  }
}

function isOfType(value: unknown, schema: Schema): boolean {
  if (schema['x-kubernetes-int-or-string']) return typeof value === 'string' || Number.isInteger(value);
  switch (schema.type) {
    case 'object':
      return isObject(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case undefined:
      return true;
    default:
      return typeof value === schema.type;
  }
}

function sizeFault(value: unknown, schema: Schema): string | undefined {
  const { maxLength = Infinity, maxItems = Infinity, maxProperties = Infinity } = schema;
  const { minLength = 0, minItems = 0, minProperties = 0 } = schema;
  if (typeof value === 'string') {
    const { length } = value.length > 2 * maxLength ? value : [...value];
    if (length > maxLength) return `Too long: may not be more than ${maxLength} characters`;
    if (length < minLength) return `should be at least ${minLength} chars long`;
  } else if (Array.isArray(value)) {
    if (value.length > maxItems) return `Too many: must have at most ${maxItems} items`;
    if (value.length < minItems) return `should have at least ${minItems} items`;
  } else if (isObject(value)) {
    const { length } = Object.keys(value);
    if (length > maxProperties) return `Too many: must have at most ${maxProperties} fields`;
    if (length < minProperties) return `should have at least ${minProperties} fields`;
  }
  return undefined;
}

function valueFault(value: unknown, schema: Schema, patterns: Patterns): string | undefined {
  const { minimum = -Infinity, maximum = Infinity, pattern } = schema;
  if (schema.enum && !schema.enum.includes(value)) return `Unsupported value: must be one of ${schema.enum.join(', ')}`;
  if (typeof value === 'string' && pattern !== undefined && !patterns.get(pattern)?.test(value)) {
    return `should match '${pattern}'`;
  }
  if (typeof value === 'number' && value < minimum) return `should be greater than or equal to ${minimum}`;
  if (typeof value === 'number' && value > maximum) return `should be less than or equal to ${maximum}`;
  return undefined;
}

function* duplicates(value: readonly unknown[], schema: Schema, path: string): Generator<Fault> {
  const listType = schema['x-kubernetes-list-type'];
  if (listType !== 'map' && listType !== 'set') return;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const seen = new Set<string>();
  for (const [index, item] of value.entries()) {
    const identity = JSON.stringify(isObject(item) ? keys.map((key) => item[key]) : item);
    if (seen.has(identity)) {
      const same = listType === 'map' ? `the same ${keys.join(' and ')}` : 'the same value';
      yield { path: `${path}[${index}]`, message: `duplicate entries: an earlier one has ${same}` };
    }
    seen.add(identity);
  }
}

/** In Go `\s` means ASCII alone, and `.` everything but a line feed. */
function asInGo(pattern: string): RegExp {
  const ours: Readonly<Record<string, string>> = { '\\s': '[\\t\\n\\f\\r ]', '\\S': '[^\\t\\n\\f\\r ]', '.': '[^\\n]' };
  return new RegExp(
    pattern.replaceAll(/\\.|\[(?:\\.|[^\]])*\]|\./g, (token) => ours[token] ?? token),
    'u',
  );
}
