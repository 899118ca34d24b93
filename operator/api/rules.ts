import { Environment } from '@marcbachmann/cel-js';
import { isMore } from './quantity.ts';
import { isObject, schemasIn, type Schema } from './schema.ts';
import type { Fault } from './structure.ts';

type Program = (context: { readonly self: unknown }) => unknown;

/**
 * What breaks the rules in CEL of a schema, with their own messages. The value has the structure of the schema, and its defaults filled in.
 * Rules that speak of `oldSelf` are of changes, and nobody knows any more what an object was before: they are left out. Throws where a
 * rule cannot be compiled.
 */
export function createRulesCheck(schema: Schema): (value: unknown) => Iterable<Fault> {
  const environment = createEnvironment();
  const programs = new Map<string, Program>();
  for (const inner of schemasIn(schema)) {
    for (const { rule } of inner['x-kubernetes-validations'] ?? []) {
      if (isOfChange(rule) || programs.has(rule)) continue;
      const { valid, error } = environment.check(rule);
      if (!valid) throw new Error(`A rule of the schema cannot be compiled: ${rule}`, { cause: error });
      programs.set(rule, environment.parse(rule));
    }
  }
  return (value) => faultsOf(value, schema, '', programs);
}

/** The API server's own criterion of a transition rule. */
const isOfChange = (rule: string): boolean => /\boldSelf\b/.test(rule);

function* faultsOf(
  value: unknown,
  schema: Schema,
  path: string,
  programs: ReadonlyMap<string, Program>,
): Generator<Fault> {
  const { properties = {}, additionalProperties, items } = schema;
  const rules = schema['x-kubernetes-validations'] ?? [];
  if (rules.length > 0) {
    const self = celValue(value, schema);
    for (const { rule, message } of rules) {
      const program = programs.get(rule);
      if (program && !holds(program, self)) yield { path, message };
    }
  }
  if (Array.isArray(value) && items) {
    for (const [index, item] of value.entries()) yield* faultsOf(item, items, `${path}[${index}]`, programs);
  }
  if (!isObject(value)) return;
  for (const [name, inner] of Object.entries(properties)) {
    const within = path === '' ? name : `${path}.${name}`;
    if (Object.hasOwn(value, name)) yield* faultsOf(value[name], inner, within, programs);
  }
  if (!additionalProperties) return;
  for (const [key, item] of Object.entries(value)) {
    yield* faultsOf(item, additionalProperties, `${path}[${key}]`, programs);
  }
}

/** A rule that fails on the way is broken, as the API server has it. */
function holds(program: Program, self: unknown): boolean {
  try {
    return program({ self }) === true;
  } catch {
    return false;
  }
}

/** Whole numbers as CEL knows them; what has keys of the user's as a map, so that none of them is taken for something of the language. */
function celValue(value: unknown, { properties = {}, additionalProperties, items }: Schema): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return items ? value.map((item) => celValue(item, items)) : value;
  if (!isObject(value)) return value;
  if (additionalProperties) {
    return new Map(Object.entries(value).map(([key, item]) => [key, celValue(item, additionalProperties)]));
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, celValue(item, properties[name] ?? {})]),
  );
}

class Quantity {
  readonly amount: string;

  constructor(amount: string) {
    this.amount = amount;
  }
}

/** Of what Kubernetes adds to CEL the part that the rules use. https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-quantity-library */
const createEnvironment = (): Environment =>
  new Environment()
    .registerVariable('self', 'dyn')
    .registerType('Quantity', Quantity)
    .registerFunction('quantity(string): Quantity', (amount: string) => new Quantity(amount))
    .registerFunction('Quantity.compareTo(Quantity): int', ({ amount: one }: Quantity, { amount: other }: Quantity) =>
      isMore(one, other) ? 1n : isMore(other, one) ? -1n : 0n,
    );
