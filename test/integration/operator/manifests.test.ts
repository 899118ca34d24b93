import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { goTool, helm, kubeconform } from '../../../scripts/test/go-tool.ts';
import { root } from '../../../scripts/cluster/paths.ts';
import { run } from '../../../scripts/cluster/run.ts';
import { helmTemplate } from '../../support/helm.ts';
import { createKubectl, type Kubectl } from '../../support/kubectl.ts';
import { createWorld, eventually, type World } from './world.ts';

/** A value for everything that the chart renders only where it is asked to, but for the PodMonitor, whose CRD is not here. */
const VALUES = {
  image: { digest: `sha256:${'0a'.repeat(32)}`, pullPolicy: 'Always' },
  imagePullSecrets: [{ name: 'registry' }],
  webappImage: 'registry.example.com/webapp:1',
  mysqlImage: 'registry.example.com/mysql:8.4',
  watchNamespaces: ['travel', 'default'],
  watchSelector: 'team notin (a,b)',
  podIds: 'Platform',
  logLevel: 'debug',
  extraEnv: [{ name: 'WORKERS', value: '5' }],
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  tolerations: [{ key: 'system', operator: 'Exists', effect: 'NoSchedule' }],
  affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
  priorityClassName: 'system-cluster-critical',
  podAnnotations: { note: 'a' },
  podLabels: { team: 'a' },
};

const kustomize = (folder: string) => (kubectl: Kubectl) => kubectl(['kustomize', join(root, folder)]);

const RENDERED: Readonly<Record<string, (kubectl: Kubectl) => Promise<string>>> = {
  crds: kustomize('crds'),
  'config/default': kustomize('config/default'),
  'config/namespaced': kustomize('config/namespaced'),
  'config/samples': kustomize('config/samples'),
  'config/chart': () => helmTemplate(),
  'config/chart with every value': () => helmTemplate('--set-json', JSON.stringify(VALUES)),
};

interface Schema {
  readonly properties?: object;
  readonly additionalProperties?: unknown;
  readonly 'x-kubernetes-group-version-kind'?: readonly { group: string; version: string; kind: string }[];
}

const openApi = <T>({ admin }: World, path = ''): Promise<T> =>
  admin.request<T>({ method: 'GET', path: `/openapi/v3/${path}`.replace(/\/$/, '') });

/** The API server's own schemas, in files as kubeconform looks for them, and with no other field than theirs allowed. */
async function writeSchemas(world: World, folder: string): Promise<void> {
  const { paths } = await openApi<{ paths: object }>(world);
  for (const path of Object.keys(paths).filter((name) => /^apis?\/.*v\d/.test(name))) {
    const { components } = await openApi<{ components?: { schemas?: Record<string, Schema> } }>(world, path);
    const schemas = Object.entries(components?.schemas ?? {});
    const closed = schemas.map(([name, schema]) => [name, close(schema)] as const);
    const definitions = JSON.stringify(Object.fromEntries(closed)).replaceAll('#/components/schemas/', '#/$defs/');
    for (const [name, { 'x-kubernetes-group-version-kind': kinds = [] }] of schemas) {
      for (const { group, version, kind } of kinds.filter((one) => path.endsWith(`/${one.version}`))) {
        const suffix = [group.split('.')[0], version].filter(Boolean).join('-');
        const file = join(folder, `${kind.toLowerCase()}-${suffix}.json`);
        await writeFile(file, `{"$ref":"#/$defs/${name}","$defs":${definitions}}`);
      }
    }
  }
}

function close(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(close);
  if (typeof node !== 'object' || node === null) return node;
  const closed = Object.fromEntries(Object.entries(node).map(([name, value]) => [name, close(value)]));
  const { properties, additionalProperties } = node as Schema;
  const isOpen = additionalProperties !== undefined || 'x-kubernetes-preserve-unknown-fields' in node;
  return typeof properties !== 'object' || isOpen ? closed : { ...closed, additionalProperties: false };
}

describe('the manifests', () => {
  let world: World;
  let kubectl: Kubectl;
  let program: string;
  let schemas: string;

  before(async function () {
    this.timeout(600_000);
    program = await goTool(kubeconform);
    await goTool(helm);
    world = await createWorld();
    await world.namespace('travel');
    kubectl = createKubectl(world.server.kubectl);
    schemas = await mkdtemp(join(tmpdir(), 'schemas-'));
    // That of a custom resource comes some moments after the resource itself.
    await eventually(
      'the schema of VacationApp is told',
      async () => JSON.stringify(await openApi(world, 'apis/interstellar.dev/v1alpha1')),
      (text) => text.includes('"kind":"VacationApp"'),
    );
    await writeSchemas(world, schemas);
  });

  after(async () => {
    await world.stop();
    await rm(schemas, { recursive: true });
  });

  /** What kubeconform says of each document: `status kind name`, and what it says against it. */
  async function judged(manifests: string): Promise<{ resources: { kind: string; status: string; msg: string }[] }> {
    const location = join(schemas, '{{ .ResourceKind }}{{ .KindSuffix }}.json');
    const args = ['-strict', '-verbose', '-output', 'json', '-schema-location', location, '-'];
    // It ends with 1 when something is not valid, and tells what on its output all the same.
    const told = await run('sh', ['-c', '"$0" "$@" || true', program, ...args], { input: manifests });
    return JSON.parse(told) as { resources: { kind: string; status: string; msg: string }[] };
  }

  for (const [source, render] of Object.entries(RENDERED)) {
    it(`of ${source} are valid for kubeconform, by the schemas of the API server`, async () => {
      const manifests = await render(kubectl);
      const { resources } = await judged(manifests);
      expect(resources.filter(({ status }) => status !== 'statusValid')).to.deep.equal([]);
      expect(resources).to.have.length(parseAllDocuments(manifests).length);
    });

    it(`of ${source} are accepted by the API server`, async () => {
      const manifests = await render(kubectl);
      const told = await kubectl(['apply', '--dry-run=server', '--filename', '-'], { input: manifests });
      const lines = told.split('\n').filter((line) => line.includes('(server dry run)'));
      expect(lines).to.have.length(parseAllDocuments(manifests).length);
    });
  }

  it('would not be valid with a field that does not exist', async () => {
    const manifests = (await kustomize('config/default')(kubectl)).replace('serviceAccountName:', 'serviceAcountName:');
    const { resources } = await judged(manifests);
    const faults = resources.filter(({ status }) => status === 'statusInvalid');
    expect(faults.map(({ kind }) => kind)).to.deep.equal(['Deployment']);
    expect(faults[0]?.msg).to.contain('serviceAcountName');
  });
});
