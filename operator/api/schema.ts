import { readFileSync } from 'node:fs';

/** A structural schema, with the keywords that those of `crds/` have. https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  /** Numbers are bounded by `minimum` and `maximum`, so it adds nothing to check; times are in the status alone. */
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly 'x-kubernetes-int-or-string'?: true;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'map' | 'set';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'atomic';
  readonly 'x-kubernetes-validations'?: readonly Rule[];
}

export interface Rule {
  /** CEL, of `self`. */
  readonly rule: string;
  readonly message: string;
}

/** What the API server holds a VacationApp against: the build takes it from `crds/`, without the descriptions. */
export const readSchema = (): Schema =>
  JSON.parse(readFileSync(new URL('./schema.json', import.meta.url), 'utf8')) as Schema;

/** The schemas within a schema, itself first. */
export function* schemasIn(schema: Schema): Generator<Schema> {
  yield schema;
  const { properties = {}, additionalProperties, items } = schema;
  for (const inner of [...Object.values(properties), additionalProperties, items]) if (inner) yield* schemasIn(inner);
}

/** The value with the defaults filled in, as the API server does. */
export function withSchemaDefaults({ properties, additionalProperties, items }: Schema, value: unknown): unknown {
  if (Array.isArray(value)) return items ? value.map((item) => withSchemaDefaults(items, item)) : value;
  if (!isObject(value)) return value;
  const filled: Record<string, unknown> = { __proto__: null, ...value };
  for (const [name, inner] of Object.entries(properties ?? {})) {
    const given = filled[name] ?? inner.default ?? filled[name];
    if (given !== undefined) filled[name] = withSchemaDefaults(inner, given);
  }
  if (additionalProperties) {
    for (const [name, given] of Object.entries(filled)) filled[name] = withSchemaDefaults(additionalProperties, given);
  }
  return filled;
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
