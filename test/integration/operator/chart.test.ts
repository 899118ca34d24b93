import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { kubernetesBinaries } from '../../../scripts/cluster/build.ts';
import { root } from '../../../scripts/cluster/paths.ts';
import { kustomization } from '../../../scripts/demo/install.ts';
import { run } from '../../../scripts/cluster/run.ts';
import { chartArchive } from '../../../scripts/release/chart-archive.ts';
import { goTool, helm } from '../../../scripts/test/go-tool.ts';
import { comparable, helmTemplate, type Manifest, manifestsIn, releaseTemplate } from '../../support/helm.ts';
import { createKubectl, type Kubectl } from '../../support/kubectl.ts';

interface Deployment extends Manifest {
  readonly spec: {
    readonly replicas: number;
    readonly template: {
      readonly metadata: { readonly labels: object; readonly annotations: object };
      readonly spec: {
        readonly containers: readonly [{ readonly image: string; readonly env: readonly { name: string }[] }];
      };
    };
  };
}

const DIGEST = `sha256:${'0a'.repeat(32)}`;

describe('the chart', function () {
  let kubectl: Kubectl;

  before(async function () {
    this.timeout(600_000);
    await goTool(helm);
    await mkdir(join(root, 'dist'), { recursive: true });
    const { KUBEBUILDER_ASSETS: assets = '' } = process.env;
    kubectl = createKubectl([join(assets === '' ? await kubernetesBinaries() : assets, 'kubectl')]);
  });

  const deploymentOf = async (...args: string[]): Promise<Deployment> => {
    const found = manifestsIn(await helmTemplate(...args)).find(({ kind }) => kind === 'Deployment');
    return found as Deployment;
  };
  const named = (text: string): string[] => manifestsIn(text).map(({ kind, metadata }) => `${kind} ${metadata.name}`);

  it('renders the objects of config/default', async () => {
    const kustomized = comparable(await kubectl(['kustomize', join(root, 'config/default')]));
    expect(Object.keys(kustomized)).to.have.length.above(8);
    expect(comparable(await helmTemplate())).to.deep.equal(kustomized);
  });

  it('renders the objects of config/namespaced', async () => {
    const kustomized = comparable(await kubectl(['kustomize', join(root, 'config/namespaced')]));
    expect(Object.keys(kustomized)).to.include('RoleBinding travel/vacation-operator');
    expect(comparable(await helmTemplate('--set', 'watchNamespaces={travel}'))).to.deep.equal(kustomized);
  });

  it('renders the objects of the demo, which has images of its own', async () => {
    const images = {
      operator: 'localhost/vacation-operator:of-now',
      webapp: 'localhost/web:1',
      mysql: 'localhost/mysql:9',
    };
    // As deep below the root as .demo/install.
    const folder = await mkdtemp(join(root, 'dist', 'demo-'));
    try {
      await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization(images)));
      const values = `image.repository=localhost/vacation-operator,image.tag=of-now,webappImage=${images.webapp},mysqlImage=${images.mysql}`;
      expect(comparable(await helmTemplate('--set', values))).to.deep.equal(
        comparable(await kubectl(['kustomize', folder])),
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('names everything after a release of another name, but for what is common to the cluster', async () => {
    const text = await releaseTemplate('team');
    const names = manifestsIn(text).map(({ metadata }) => metadata.name);
    expect(new Set(names)).to.deep.equal(
      new Set([
        'team-vacation-operator',
        'team-vacation-operator-leader-election',
        'team-vacation-operator-status',
        'team-vacation-operator-status-page',
        'vacationapp-viewer',
        'vacationapp-editor',
        'vacationapps.interstellar.dev',
      ]),
    );
    expect(text).to.contain('resourceNames: [team-vacation-operator]');
    expect(text).not.to.match(/(?<!part-of|\/name): vacation-operator$/m);
    const second = named(await releaseTemplate('team', '--set', 'crds.enabled=false,aggregatedRoles.enabled=false'));
    expect(second.filter((name) => !name.includes(' team-vacation-operator'))).to.deep.equal([]);
  });

  it('keeps the CRD when the release is uninstalled, unless it is told not to', async () => {
    const crd = async (...args: string[]) =>
      manifestsIn(await helmTemplate(...args)).find(({ kind }) => kind === 'CustomResourceDefinition');
    expect((await crd())?.metadata.annotations).to.deep.equal({ 'helm.sh/resource-policy': 'keep' });
    expect((await crd('--set', 'crds.keep=false'))?.metadata.annotations).to.equal(undefined);
    expect(await crd('--set', 'crds.enabled=false')).to.equal(undefined);
  });

  it('runs the image of the values', async () => {
    const image = async (values: string) =>
      (await deploymentOf('--set', values)).spec.template.spec.containers[0].image;
    expect(await image('image.repository=localhost:5000/op')).to.match(/^localhost:5000\/op:\d+\.\d+\.\d+$/);
    expect(await image('image.tag=next')).to.equal('vacation-operator:next');
    expect(await image(`image.digest=${DIGEST},image.tag=next`)).to.equal(`vacation-operator@${DIGEST}`);
  });

  it('gives the pods what the values say, and never lets go of their selector', async () => {
    const { spec } = await deploymentOf(
      '--set-json',
      JSON.stringify({
        podLabels: { 'interstellar.dev/operator': 'other', team: 'a' },
        podAnnotations: { 'prometheus.io/scrape': 'false', note: 'b' },
        extraEnv: [{ name: 'WORKERS', value: '5' }],
        watchNamespaces: ['a', 'b'],
        watchSelector: 'team in (a,b)',
      }),
      '--set',
      'logLevel=debug,podIds=Platform,mysqlImage=mysql:9,webappImage=web:1',
    );
    const { metadata, spec: pod } = spec.template;
    expect(metadata.labels).to.include({ 'interstellar.dev/operator': 'vacation-operator', team: 'a' });
    expect(metadata.annotations).to.deep.equal({
      'prometheus.io/scrape': 'false',
      'prometheus.io/port': '8080',
      note: 'b',
    });
    expect(pod.containers[0].env).to.deep.include.members([
      { name: 'LOG_LEVEL', value: 'debug' },
      { name: 'POD_IDS', value: 'Platform' },
      { name: 'MYSQL_IMAGE', value: 'mysql:9' },
      { name: 'WEBAPP_IMAGE', value: 'web:1' },
      { name: 'WATCH_NAMESPACES', value: 'a,b' },
      { name: 'WATCH_SELECTOR', value: 'team in (a,b)' },
      { name: 'WORKERS', value: '5' },
    ]);
  });

  it('makes a PodMonitor that finds the pods and their port', async () => {
    const monitor = manifestsIn(
      await helmTemplate(
        '--set',
        'podMonitor.enabled=true,podMonitor.interval=30s,podMonitor.labels.release=prometheus',
      ),
    ).find(({ kind }) => kind === 'PodMonitor');
    expect(monitor?.metadata.labels).to.include({
      release: 'prometheus',
      'app.kubernetes.io/name': 'vacation-operator',
    });
    expect(monitor).to.have.deep.property('spec', {
      selector: { matchLabels: { 'interstellar.dev/operator': 'vacation-operator' } },
      podMetricsEndpoints: [{ port: 'metrics', interval: '30s' }],
    });
  });

  for (const [values, complaint] of [
    ['replica=3', 'replica'],
    ['image.name=a', 'name'],
    ['replicas=two', '/replicas'],
    ['replicas=-1', '/replicas'],
    ['watchNamespaces=travel', '/watchNamespaces'],
    ['watchNamespaces={Travel}', '/watchNamespaces/0'],
    ['image.repository=registry/op:1', '/image/repository'],
    ['image.digest=latest', '/image/digest'],
    ['image.pullPolicy=Sometimes', '/image/pullPolicy'],
    ['logLevel=loud', '/logLevel'],
    ['crds.keep=perhaps', '/crds/keep'],
    ['webappImage=two words', '/webappImage'],
    ['imagePullSecrets={registry}', '/imagePullSecrets/0'],
  ] as const) {
    it(`refuses ${values}, and says where`, async () => {
      const said = await helmTemplate('--set', values).then(
        () => 'rendered',
        (error: unknown) => String(error),
      );
      expect(said).to.contain("values don't meet the specifications of the schema");
      expect(said).to.contain(complaint);
    });
  }

  it('names the image of a release, as the release packages it', async () => {
    const folder = await mkdtemp(join(root, 'dist', 'chart-'));
    try {
      const archive = await chartArchive('registry.example.com:5000/travel/vacation-operator', folder);
      expect(archive).to.match(/^vacation-operator-\d+\.\d+\.\d+.*\.tgz$/);
      const text = await run(await goTool(helm), ['template', 'a', join(folder, archive)]);
      expect(text).to.contain('image: registry.example.com:5000/travel/vacation-operator:');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('takes what Helm hands to a chart that is part of another', async () => {
    expect(named(await helmTemplate('--set', 'global.region=eu'))).to.include('Deployment vacation-operator');
  });
});
