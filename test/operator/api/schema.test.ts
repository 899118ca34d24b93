import { loadYaml, type V1CustomResourceDefinition, type V1JSONSchemaProps } from '@kubernetes/client-node';
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withDefaults } from '../../../operator/api/defaults.ts';
import { CONDITION, GROUP, VACATION_APP } from '../../../operator/api/vacation-app.ts';
import { root } from '../../../scripts/cluster/paths.ts';
import { aVacationApp } from '../../support/vacation-app.ts';

interface Schema extends Omit<V1JSONSchemaProps, '_default' | '_enum'> {
  readonly default?: unknown;
  readonly enum?: unknown[];
  readonly 'x-kubernetes-validations'?: { rule: string; message?: string }[];
}

const text = readFileSync(join(root, 'crds/vacationapps.interstellar.dev.yaml'), 'utf8');
// Under a kind that the client has no model of, or it would rename `default` and `x-kubernetes-…` and drop what it does not know.
const crd = loadYaml<V1CustomResourceDefinition>(text.replace(/^kind: .*$/m, 'kind: Raw'));
const [version] = crd.spec.versions;
const schema = version?.schema?.openAPIV3Schema as Schema;
const spec = schema.properties?.spec as Schema;

const KEYWORDS = new Set(
  `type description required properties items additionalProperties default enum format pattern minimum maximum minLength
  maxLength minItems maxItems minProperties maxProperties x-kubernetes-validations x-kubernetes-list-type
  x-kubernetes-list-map-keys x-kubernetes-map-type x-kubernetes-int-or-string`.split(/\s+/),
);

/** Every schema in the schema, with the path to it. */
function* nodes(node: Schema, path: string): Generator<[string, Schema]> {
  yield [path, node];
  for (const [name, child] of Object.entries(node.properties ?? {})) yield* nodes(child, `${path}.${name}`);
  if (node.items) yield* nodes(node.items as Schema, `${path}[]`);
  if (typeof node.additionalProperties === 'object') yield* nodes(node.additionalProperties as Schema, `${path}{}`);
}

/** What the API server fills in where the objects on the way are given. */
function defaultsOf(node: Schema): unknown {
  if (node.default !== undefined) return node.default;
  const filled = Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const value = defaultsOf(child);
    return value === undefined ? [] : [[name, value] as const];
  });
  return filled.length === 0 ? undefined : Object.fromEntries(filled);
}

describe('the schema of a VacationApp', () => {
  it('is of the kind that the operator watches', () => {
    const { group, names } = crd.spec;
    expect([group, names.kind, names.plural]).to.deep.equal([GROUP, VACATION_APP.kind, VACATION_APP.plural]);
    expect(`${group}/${version?.name ?? ''}`).to.equal(VACATION_APP.apiVersion);
    expect([names.shortNames, names.categories]).to.deep.equal([['vapp'], ['all']]);
  });

  it('holds nothing but keywords of a schema', () => {
    for (const [path, node] of nodes(schema, '')) {
      for (const keyword of Object.keys(node)) expect(KEYWORDS, `${path}: ${keyword}`).to.include(keyword);
    }
  });

  it('describes every field of spec and status, in a sentence', () => {
    for (const part of ['spec', 'status']) {
      for (const [path, { description }] of nodes(schema.properties?.[part] as Schema, part)) {
        if (!/(\[\]|\{\})$/.test(path)) expect(description, path).to.match(/^[A-Z].*\.$/s);
      }
    }
  });

  it('bounds every text, list and number of the spec', () => {
    for (const [path, node] of nodes(spec, 'spec')) {
      if (node.type === 'string' && !node.enum) expect(node.maxLength, path).to.be.a('number');
      if (node.type === 'array') expect(node.maxItems, path).to.be.a('number');
      if (node.additionalProperties !== undefined) expect(node.maxProperties, path).to.be.a('number');
      if (node.type === 'integer') expect(node.format, path).to.match(/^int(32|64)$/);
    }
  });

  it('tells with every rule what to do', () => {
    for (const [path, node] of nodes(schema, '')) {
      for (const { message } of node['x-kubernetes-validations'] ?? []) expect(message, path).to.match(/\w+ \w+/);
    }
  });

  it('fills in what withDefaults does, where a branch is given', () => {
    const { image: _, ...filled } = withDefaults(aVacationApp()).spec as unknown as Record<string, unknown>;
    const { resources: _web, jobs: _jobs, database, ...constant } = filled;
    const { storage } = (database as { managed: { storage: object } }).managed;
    const external = { port: 3306, tls: { mode: 'Required' } };
    expect(defaultsOf(spec)).to.deep.equal({ ...constant, database: { managed: { storage }, external } });
    const given = { host: 'db', name: 'travel', credentialsSecretName: 'db' };
    const { database: complete } = withDefaults(aVacationApp({ spec: { database: { external: given } } })).spec;
    expect(complete).to.deep.equal({ external: { ...given, ...external } });
  });

  it('is told in documents of at most 200 kB', () => {
    expect(JSON.stringify(crd).length).to.be.below(200_000);
  });

  it('prints columns of conditions that exist', () => {
    const paths = version?.additionalPrinterColumns?.map(({ jsonPath }) => jsonPath) ?? [];
    const types = paths.flatMap((path) => /type=="(\w+)"/.exec(path)?.[1] ?? []);
    expect(Object.values(CONDITION)).to.include.members(types);
    expect(version?.subresources).to.have.property('status');
  });
});

describe('the defaults', () => {
  it('leave what is given', () => {
    const given = {
      mode: 'Hibernated',
      autoscaling: {
        mode: 'External',
        minReplicas: 1,
        maxReplicas: 3,
        targetCPUUtilizationPercentage: 50,
        scaleDownStabilizationSeconds: 0,
      },
      service: { type: 'NodePort', port: 81, nodePort: 30_000 },
      booking: { capacityPerDeparture: 1 },
      deletionPolicy: 'Delete',
      networkPolicy: 'Disabled',
      imagePullPolicy: 'Never',
      disruptionBudget: 'Disabled',
      resources: { requests: { cpu: '1' } },
      jobs: { resources: { limits: { cpu: '1' } } },
      database: { managed: { storage: { size: '9Gi', storageClassName: 'fast' }, resources: {}, image: 'mysql:9' } },
    } as const;
    expect(withDefaults(aVacationApp({ spec: given })).spec).to.deep.equal(given);
  });

  it('write quantities as the API server does', () => {
    const resources = { requests: { cpu: '0.5' }, limits: { memory: '1024Mi' } };
    const jobs = { resources };
    const { spec: complete } = withDefaults(
      aVacationApp({ spec: { resources, jobs, database: { managed: { resources, storage: { size: '1024Mi' } } } } }),
    );
    const canonical = { requests: { cpu: '500m' }, limits: { memory: '1Gi' } };
    expect(complete.resources).to.deep.equal(canonical);
    expect(complete.jobs.resources).to.deep.equal(canonical);
    expect(complete.database.managed).to.deep.equal({ resources: canonical, storage: { size: '1Gi' } });
  });

  it('fill in beside what is given, and do not change the app', () => {
    const app = aVacationApp({ spec: { autoscaling: { maxReplicas: 3 }, database: { managed: {} } } });
    const before = structuredClone(app);
    expect(withDefaults(app).spec.autoscaling).to.include({ minReplicas: 2, maxReplicas: 3 });
    expect(withDefaults(app).spec.database.managed?.storage).to.deep.equal({ size: '2Gi' });
    expect(app).to.deep.equal(before);
  });
});
