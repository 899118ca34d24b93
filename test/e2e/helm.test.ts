import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { mysqlImage } from '../../scripts/cluster/images.ts';
import { root } from '../../scripts/cluster/paths.ts';
import { goTool, helm } from '../../scripts/test/go-tool.ts';
import { installedObjects } from '../support/helm.ts';
import { eventually, type KubeObject } from '../support/kubectl.ts';
import { commandsIn } from '../support/readme.ts';
import { withShell } from './as-written.ts';
import { applyAsWritten } from './install.ts';
import { APP, appUrl, ensureAppOfTwo, NAMESPACE, pods, readyApp, world } from './world.ts';

const SYSTEM = 'vacation-system';
/** The commands under a heading of docs/install.md, for the images that the nodes have. */
async function commandsOf(heading: string): Promise<string[]> {
  const {
    registry: { address: registry },
    cluster,
  } = world();
  const mysql = cluster.pulls ? [] : [`mysqlImage=${(await mysqlImage()).tag}`];
  // The images of this cluster were built by the README's commands, which set WEBAPP_IMAGE in the Deployment.
  const values = [`webappImage=${registry}/vacation-webapp:${await version()}`, ...mysql].join(',');
  return commandsIn(await readFile(join(root, 'docs', 'install.md'), 'utf8'), heading).map((line) =>
    line.replaceAll('REGISTRY', registry).replace(/(--set image\.repository=\S+)/, `$1,${values}`),
  );
}

async function version(): Promise<string> {
  return (JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }).version;
}

async function run(...lines: readonly string[]): Promise<string> {
  const programs = { helm: await goTool(helm) };
  return withShell(
    world().cluster,
    async (shell) => {
      const said: string[] = [];
      for (const line of lines) said.push(await shell(line));
      return said.join('');
    },
    programs,
  );
}

const installed = () => installedObjects(world().kubectl);

/** The uids of what must outlive the operator. */
async function lives(): Promise<string[]> {
  const { kubectl } = world();
  const crd = await kubectl.get<KubeObject>('crd', 'vacationapps.interstellar.dev');
  const app = await kubectl.get<KubeObject>('vacationapp', APP, NAMESPACE);
  const claim = await kubectl.get<KubeObject>('pvc', `data-${APP}-mysql-0`, NAMESPACE);
  return [crd, app, claim, ...(await pods('web')), ...(await pods('mysql'))].map(({ metadata }) => metadata.uid).sort();
}

async function operatorGone(namespace: string): Promise<void> {
  await eventually(
    `no pod in ${namespace}`,
    60_000,
    () => world().kubectl(['get', 'pods', '--namespace', namespace, '--output', 'name']),
    (names) => names === '',
  );
}

/** Takes a child away, and waits until an operator has put it back. */
async function isPutBack(): Promise<void> {
  const { kubectl } = world();
  const { metadata } = await kubectl.get<KubeObject>('configmap', `${APP}-web`, NAMESPACE);
  await kubectl(['delete', 'configmap', `${APP}-web`, '--namespace', NAMESPACE]);
  await eventually(
    'the ConfigMap is put back',
    60_000,
    () => kubectl.get<KubeObject>('configmap', `${APP}-web`, NAMESPACE),
    (found) => found.metadata.uid !== metadata.uid,
  );
  await readyApp();
}

describe('the chart, by the commands of docs/install.md', function () {
  this.timeout(6 * 60_000);
  let kustomized: Record<string, unknown>;
  let lived: readonly string[];

  before(async () => {
    await ensureAppOfTwo();
    kustomized = await installed();
    lived = await lives();
  });

  after(async () => {
    const { cluster, kubectl, registry } = world();
    await applyAsWritten(cluster, kubectl, registry.address);
    await isPutBack();
  });

  it('takes over what the kustomization installed, object for object', async () => {
    expect(Object.keys(kustomized)).to.have.length.above(8);
    await run(...(await commandsOf('From kustomize to Helm, and back')));
    await run(`kubectl rollout status deployment/vacation-operator --namespace ${SYSTEM} --timeout=120s`);
    expect(await installed()).to.deep.equal(kustomized);
    await isPutBack();
    expect(await lives()).to.deep.equal(lived);
  });

  it('upgrades with the values that it has, and a changed one', async () => {
    const [, , , upgrade = ''] = await commandsOf('Helm');
    expect(upgrade).to.contain('helm upgrade');
    await run(`${upgrade} --set logLevel=debug`);
    await run(`kubectl rollout status deployment/vacation-operator --namespace ${SYSTEM} --timeout=120s`);
    const { kubectl } = world();
    const containers = 'jsonpath={.spec.template.spec.containers[0]}';
    const text = await kubectl(['get', 'deployment/vacation-operator', '--namespace', SYSTEM, '--output', containers]);
    const { image, env } = JSON.parse(text) as { image: string; env: { name: string; value?: string }[] };
    expect(image).to.equal(`${world().registry.address}/vacation-operator:${await version()}`);
    expect(env).to.deep.include({ name: 'LOG_LEVEL', value: 'debug' });
    await isPutBack();
    expect(await lives()).to.deep.equal(lived);
  });

  it('is uninstalled, and CRD, apps and data stay, and serve', async () => {
    await run(...(await commandsOf('Uninstalling')));
    await operatorGone(SYSTEM);
    expect(await lives()).to.deep.equal(lived);
    expect((await fetch(`${await appUrl()}/about`)).status).to.equal(200);
  });
});
