import type { VacationApp } from './vacation-app.ts';

/** A scalar, a list of one shape, or an object by its fields. A field that ends in `!` is required. `*` means every field. */
type Shape = keyof typeof FITS | readonly [Shape] | Fields;

interface Fields {
  readonly [field: string]: Shape;
}

const FITS = {
  'a string': (value: unknown) => typeof value === 'string',
  'a number': (value: unknown) => typeof value === 'number',
  'a number or a string': (value: unknown) => typeof value === 'number' || typeof value === 'string',
  /** The name becomes part of a URL's path, so it must not be `..`. */
  'the name of a Secret': (value: unknown) => typeof value === 'string' && /^[a-z0-9][-a-z0-9.]*$/.test(value),
};

const texts: Shape = { '*': 'a string' };
const resources: Shape = { '*': { '*': 'a number or a string' } };

/** The fields that builders read or calculate with. The API server checks those that they only pass on. */
const SPEC: Shape = {
  mode: 'a string',
  image: 'a string',
  replicas: 'a number',
  autoscaling: { minReplicas: 'a number', maxReplicas: 'a number' },
  inheritedMetadata: { labels: texts, annotations: texts },
  resources,
  jobs: { resources },
  env: [{ 'name!': 'a string', value: 'a string', valueFrom: { secretKeyRef: { name: 'a string', key: 'a string' } } }],
  pod: { labels: texts, annotations: texts, affinity: {}, topologySpreadConstraints: [{}] },
  service: { port: 'a number', annotations: texts },
  ingress: { 'host!': 'a string', annotations: texts },
  gateway: { 'parentRefs!': [{ 'name!': 'a string' }], hostnames: ['a string'] },
  booking: { capacityPerDeparture: 'a number', destinations: [{}] },
  database: {
    managed: { image: 'a string', storage: { size: 'a string' }, resources, configuration: texts },
    external: {
      'host!': 'a string',
      port: 'a number',
      'name!': 'a string',
      'credentialsSecretName!': 'the name of a Secret',
      tls: { mode: 'a string', caSecretName: 'the name of a Secret' },
    },
  },
  credentials: { secretName: 'the name of a Secret' },
  deletionPolicy: 'a string',
};

/**
 * Returns why the builders cannot work with the spec, or undefined. If the CRD was replaced, a stored spec can have any shape.
 *
 * It checks types, not values. The API server checks values, and an app that works must not fail because of a rule that became stricter.
 */
export function shapeFault({ spec }: VacationApp): string | undefined {
  const fault = faultOf(spec, SPEC);
  if (fault !== undefined) return `spec${fault}`;
  const { managed, external } = spec.database ?? {};
  return managed && external ? 'spec.database must be managed or external: both would hold the data' : undefined;
}

/** The path to the first fault, and the fault. */
function faultOf(value: unknown, shape: Shape): string | undefined {
  if (typeof shape === 'string') return FITS[shape](value) ? undefined : ` must be ${shape}`;
  if (isList(shape)) return isList(value) ? faultOfItems(value, shape[0]) : ' must be a list';
  if (typeof value !== 'object' || value === null || isList(value)) return ' must be an object';
  return faultOfFields(value as Readonly<Record<string, unknown>>, shape);
}

function faultOfItems(items: readonly unknown[], shape: Shape): string | undefined {
  for (const [index, item] of items.entries()) {
    const fault = faultOf(item, shape);
    if (fault !== undefined) return `[${index}]${fault}`;
  }
  return undefined;
}

function faultOfFields(value: Readonly<Record<string, unknown>>, shapes: Fields): string | undefined {
  for (const [field, shape] of Object.entries(shapes)) {
    const name = field.replace('!', '');
    const given = value[name];
    if (field === '*') {
      const fault = Object.values(value)
        .map((item) => faultOf(item, shape))
        .find(Boolean);
      if (fault !== undefined) return `[*]${fault}`;
    } else if (given !== undefined) {
      const fault = faultOf(given, shape);
      if (fault !== undefined) return `.${name}${fault}`;
    } else if (name !== field) {
      return `.${name} is required`;
    }
  }
  return undefined;
}

const isList: (value: unknown) => value is readonly unknown[] = Array.isArray;
