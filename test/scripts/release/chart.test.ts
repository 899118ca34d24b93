import { expect } from 'chai';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { root } from '../../../scripts/cluster/paths.ts';
import { chartFiles } from '../../../scripts/release/chart-files.ts';
import { TEMPLATES, templateOf } from '../../../scripts/release/chart-templates.ts';
import { documentedValues, valuesTable } from '../../../scripts/release/chart-values.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const values = read('config/chart/values.yaml');

interface Schema {
  readonly type?: string;
  readonly additionalProperties?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** The names of all values, with dots: of a map whose keys the schema lists, those of its keys. */
function namesIn({ properties = {} }: Schema, prefix = ''): string[] {
  return Object.entries(properties).flatMap(([key, schema]) =>
    schema.properties && key !== 'resources' ? namesIn(schema, `${prefix}${key}.`) : [`${prefix}${key}`],
  );
}

describe('the chart', () => {
  it('has what it has from other files as they are now (npm run chart writes it)', async () => {
    for (const [path, text] of Object.entries(await chartFiles())) expect(read(path), path).to.equal(text);
  });

  it('has a template for every manifest of the kustomization but the namespace, which Helm makes', () => {
    const manifests = globSync('config/{rbac,manager,namespaced}/*.yaml', { cwd: root }).filter(
      (file) => !/(kustomization|namespace)\.yaml$/.test(file),
    );
    const sources = [...TEMPLATES.map(({ source }) => source), 'config/manager/deployment.yaml'];
    expect(sources).to.include.members(manifests);
    const written = globSync('*.yaml', { cwd: join(root, 'config/chart/templates') }).map((file) => basename(file));
    expect(written).to.have.members([
      ...TEMPLATES.map(({ template }) => template),
      'deployment.yaml',
      'pod-monitor.yaml',
    ]);
  });

  it('has a comment and a place in the schema for every value, and a default for every place there', () => {
    const schema = JSON.parse(read('config/chart/values.schema.json')) as Schema;
    const names = namesIn(schema).filter((name) => name !== 'global');
    expect(documentedValues(values).map(({ name }) => name)).to.have.members(names);
    for (const name of names) expect(parse(values)).to.have.nested.property(name);
  });

  it('refuses keys that its schema does not list, but for what Helm itself hands over', () => {
    const check = (schema: Schema, path: string): void => {
      if (!schema.properties) return;
      expect(schema.additionalProperties, path).to.equal(false);
      for (const [key, child] of Object.entries(schema.properties)) check(child, `${path}.${key}`);
    };
    check(JSON.parse(read('config/chart/values.schema.json')) as Schema, 'values');
  });
});

describe('a template', () => {
  const from = { template: 'a.yaml', source: 'a.yaml' };
  const manifest = `kind: A
metadata:
  name: vacation-operator-lease
  namespace: vacation-system
subjects:
  - name: vacation-operator
    namespace: vacation-system
---
kind: B
metadata:
  name: vacationapp-viewer
  labels:
    app.kubernetes.io/name: vacation-operator
    app.kubernetes.io/version: 1.2.3
    other: 'true'
spec: [vacation-operator]
`;

  it('has names, namespaces and labels of the release', () => {
    expect(templateOf(from, manifest)).to.equal(`{{- /* Written by npm run chart from a.yaml. */ -}}
kind: A
metadata:
  name: {{ include "vacation-operator.fullname" $ }}-lease
  namespace: {{ $.Release.Namespace | quote }}
  labels:
    {{- include "vacation-operator.labels" $ | nindent 4 }}
subjects:
  - name: {{ include "vacation-operator.fullname" $ }}
    namespace: {{ $.Release.Namespace | quote }}
---
kind: B
metadata:
  name: vacationapp-viewer
  labels:
    {{- include "vacation-operator.labels" $ | nindent 4 }}
    other: 'true'
spec: [{{ include "vacation-operator.fullname" $ }}]
`);
  });

  it('is made of nothing that Helm would read', () => {
    expect(() => templateOf(from, "metadata:\n  name: '{{ x }}'\n")).to.throw('which Helm would read');
    expect(() => templateOf(from, 'kind: A\n')).to.throw('no metadata');
  });
});

describe('the table of values', () => {
  it('has values with their comments, and shows no long default', () => {
    const table = valuesTable(`image:
  # Where it is.
  repository: a
  # Which
  # one.
  tag: ''

# How many.
replicas: 2

# What they get.
resources:
  limits:
    # of memory
    memory: 1Mi

none: 1
`);
    expect(table.split('\n')).to.deep.equal([
      '| value | default | meaning |',
      '| --- | --- | --- |',
      '| `image.repository` | `a` | Where it is. |',
      '| `image.tag` |  | Which one. |',
      '| `replicas` | `2` | How many. |',
      '| `resources` | see `values.yaml` | What they get. |',
    ]);
  });
});
