import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../scripts/cluster/paths.ts';
import { eventually, type KubeObject } from '../support/kubectl.ts';
import { APP, conditionOf, ensureAppOfTwo, getApp, NAMESPACE, pods, world } from './world.ts';

const SYSTEM = 'vacation-system';
const TEMPLATES = 'operator/vacation-app/children/templates.js';
const NEXT_IMAGE = 'localhost/vacation-webapp:of-the-next-release';

describe('an operator that is replaced by one with other default images and pod templates', () => {
  let lived: readonly string[];

  before(async () => {
    await ensureAppOfTwo();
    lived = await lives();
    await replaceOperator();
  });

  after(async () => {
    await world().kubectl(['rollout', 'undo', 'deployment/vacation-operator', '--namespace', SYSTEM]);
    await rolledOut();
  });

  it('says what an update would change', async () => {
    const app = await eventually('an update is available', 60_000, getApp, (seen) => {
      return conditionOf(seen, 'UpdateAvailable')?.status === 'True';
    });
    const message = conditionOf(app, 'UpdateAvailable')?.message;
    expect(message).to.contain(NEXT_IMAGE);
    expect(message).to.match(/template/i);
    expect(conditionOf(app, 'Ready')?.status).to.equal('True');
  });

  it('restarts no pod and changes no pod template', async () => {
    expect(await lives()).to.deep.equal(lived);
  });
});

/** Every pod with its restarts, and every template with its generation: the same as long as nothing restarts. */
async function lives(): Promise<string[]> {
  interface Workload extends KubeObject {
    readonly metadata: KubeObject['metadata'] & { readonly generation: number };
  }
  const { kubectl } = world();
  const all = [...(await pods('web')), ...(await pods('mysql'))];
  const revisions = await kubectl.list<Workload>(
    'replicasets,controllerrevisions',
    NAMESPACE,
    `interstellar.dev/app=${APP}`,
  );
  return [
    ...all.map(({ metadata, status }) => {
      const restarts = (status.containerStatuses ?? []).map(({ restartCount }) => restartCount);
      return `${metadata.name} ${metadata.uid} restarted ${restarts.join(' ')}`;
    }),
    ...revisions.map(({ kind = '', metadata }) => `${kind} ${metadata.name}`),
  ].sort();
}

async function replaceOperator(): Promise<void> {
  const { kubectl } = world();
  const source = await readFile(join(root, 'dist', TEMPLATES), 'utf8');
  const end = '\n];\nexport const LATEST_REVISION';
  const later = '\n    { web: (pod) => ({ ...pod, priority: 0 }), mysql: (pod) => ({ ...pod, priority: 0 }) },';
  const changed = source.replace(end, `${later}${end}`);
  if (changed === source) throw new Error(`${TEMPLATES} does not end its list of revisions as this test expects`);
  await kubectl.apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'next-templates', namespace: SYSTEM },
    data: { 'templates.js': changed },
  });
  const container = {
    name: await containerName(),
    env: [
      { name: 'WEBAPP_IMAGE', value: NEXT_IMAGE },
      { name: 'MYSQL_IMAGE', value: 'localhost/mysql:of-the-next-release' },
    ],
    volumeMounts: [{ name: 'next-templates', mountPath: `/app/${TEMPLATES}`, subPath: 'templates.js' }],
  };
  const spec = {
    containers: [container],
    volumes: [{ name: 'next-templates', configMap: { name: 'next-templates' } }],
  };
  const patch = JSON.stringify({ spec: { template: { spec } } });
  await kubectl(['patch', 'deployment', 'vacation-operator', '--namespace', SYSTEM, '--patch', patch]);
  await rolledOut();
}

async function containerName(): Promise<string> {
  const { kubectl } = world();
  const path = 'jsonpath={.spec.template.spec.containers[0].name}';
  return kubectl(['get', 'deployment', 'vacation-operator', '--namespace', SYSTEM, '--output', path]);
}

async function rolledOut(): Promise<void> {
  const { kubectl } = world();
  const args = ['rollout', 'status', 'deployment/vacation-operator', '--namespace', SYSTEM, '--timeout=120s'];
  await kubectl(args, { timeoutMs: 130_000 });
}
