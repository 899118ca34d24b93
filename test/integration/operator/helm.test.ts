import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { root } from '../../../scripts/cluster/paths.ts';
import { run } from '../../../scripts/cluster/run.ts';
import { goTool, helm } from '../../../scripts/test/go-tool.ts';
import { installedObjects } from '../../support/helm.ts';
import { type KubeApiserver, startKubeApiserver } from '../../support/kube-apiserver.ts';
import { createKubectl, eventually, type Kubectl, type KubeObject } from '../../support/kubectl.ts';
import { commandsIn } from '../../support/readme.ts';

const CRD = 'CustomResourceDefinition /vacationapps.interstellar.dev';
const RELEASE = ['vacation-operator', '--namespace', 'vacation-system'] as const;

describe('Helm, by the commands of docs/install.md', function () {
  this.timeout(120_000);
  let server: KubeApiserver;
  let kubectl: Kubectl;
  let program: string;
  let kustomized: Record<string, unknown>;
  let app: KubeObject;

  before(async function () {
    this.timeout(600_000);
    program = await goTool(helm);
    server = await startKubeApiserver();
    kubectl = createKubectl(server.kubectl);
    await kubectl(['apply', '--kustomize', join(root, 'crds')]);
    await kubectl(['wait', '--for=condition=Established', 'crd/vacationapps.interstellar.dev']);
    await kubectl(['apply', '--kustomize', join(root, 'config/default')]);
    kustomized = await installedObjects(kubectl);
    const metadata = { name: 'milky-way', namespace: 'default' };
    await kubectl.apply({ apiVersion: 'interstellar.dev/v1alpha1', kind: 'VacationApp', metadata, spec: {} });
    app = await theApp();
  });

  after(() => server.stop());

  const theApp = () => kubectl.get<KubeObject>('vacationapp', 'milky-way', 'default');
  const helmSays = (...args: readonly string[]): Promise<string> =>
    run(program, args, { cwd: root, env: { KUBECONFIG: server.kubeconfigPath }, timeoutMs: 90_000 });

  /** The command of Helm with those words under a heading, for the image's name in config/default. */
  async function written(heading: string, words: string, ...more: readonly string[]): Promise<string> {
    const lines = commandsIn(await readFile(join(root, 'docs/install.md'), 'utf8'), heading);
    const line = lines.find((one) => one.startsWith(words)) ?? `helm: nothing with ${words}`;
    const [, ...args] = line.replaceAll('REGISTRY/', '').replaceAll("'", '').split(' ');
    return helmSays(...args, ...more);
  }

  async function crdStays(): Promise<void> {
    expect(Object.keys(await installedObjects(kubectl))).to.include(CRD);
    expect((await theApp()).metadata).to.include({ uid: app.metadata.uid });
    expect((await theApp()).metadata.deletionTimestamp).to.equal(undefined);
  }

  it('takes over what the kustomization installed, object for object', async () => {
    expect(Object.keys(kustomized)).to.have.length.above(10);
    await written('From kustomize to Helm, and back', 'helm install');
    expect(await installedObjects(kubectl)).to.deep.equal(kustomized);
  });

  it('upgrades with the values that it has, and a changed one, and updates the CRD', async () => {
    const crd = ['customresourcedefinition', 'vacationapps.interstellar.dev'] as const;
    const older = '[{"op":"remove","path":"/spec/names/shortNames"}]';
    await kubectl(['patch', ...crd, '--type', 'json', '--patch', older]);
    await written('Helm', 'helm upgrade', '--force-conflicts', '--set', 'logLevel=debug,replicas=3');
    await written('Helm', 'helm upgrade');
    const { [CRD]: now, 'Deployment vacation-system/vacation-operator': deployment } = await installedObjects(kubectl);
    expect(now).to.deep.equal(kustomized[CRD]);
    expect(deployment).to.have.nested.property('spec.replicas', 3);
    expect(JSON.stringify(deployment)).to.contain('{"name":"LOG_LEVEL","value":"debug"}');
  });

  it('is uninstalled, and leaves the CRD and the apps', async () => {
    expect(await written('Uninstalling', 'helm uninstall')).to.contain('kept due to the resource policy');
    expect(Object.keys(await installedObjects(kubectl))).to.deep.equal([CRD]);
    await crdStays();
  });

  it('is installed where nothing of it is but the CRD, as the same objects', async () => {
    await written('Helm', 'helm install');
    expect(await installedObjects(kubectl)).to.deep.equal(kustomized);
  });

  it('installs another release beside it, which leaves the CRD alone', async () => {
    await kubectl(['create', 'namespace', 'team-a']);
    const without = await helmSays('install', 'team-b', 'config/chart', '--namespace', 'team-a').catch(String);
    expect(without).to.contain('vacationapps.interstellar.dev');
    await written('Several operators', 'helm install');
    const both = await installedObjects(kubectl);
    expect(both).to.deep.include(kustomized);
    expect(Object.keys(both)).to.include.members([
      'RoleBinding team-a/team-a-vacation-operator',
      'Deployment team-a-operator/team-a-vacation-operator',
    ]);
    expect(Object.keys(both)).not.to.include('ClusterRoleBinding /team-a-vacation-operator');
    await helmSays('uninstall', 'team-a', '--namespace', 'team-a-operator');
    expect(await installedObjects(kubectl)).to.deep.equal(kustomized);
  });

  it('leaves the CRD when the release is to have it no more', async () => {
    await written('Helm', 'helm upgrade', '--set', 'crds.enabled=false');
    await crdStays();
    await helmSays('uninstall', ...RELEASE);
    await crdStays();
  });

  it('deletes the CRD with the release where it is told to', async () => {
    await helmSays('install', ...RELEASE.slice(0, 1), 'config/chart', ...RELEASE.slice(1), '--take-ownership', '--force-conflicts', '--set', 'crds.keep=false'); // prettier-ignore
    await helmSays('uninstall', ...RELEASE);
    await eventually(
      'the CRD is gone',
      30_000,
      () => kubectl(['get', 'crd', '--output', 'name']),
      (names) => names === '',
    );
  });
});
