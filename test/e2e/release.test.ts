import { expect } from 'chai';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { chooseBuilder } from '../../scripts/cluster/builder.ts';
import { mysqlImage } from '../../scripts/cluster/images.ts';
import { root } from '../../scripts/cluster/paths.ts';
import { run } from '../../scripts/cluster/run.ts';
import { runCosign, verify, verifySbom } from '../../scripts/release/cosign.ts';
import { apps } from '../../scripts/release/image-names.ts';
import type { KubeObject } from '../support/kubectl.ts';
import { AppIn, Place } from './apps.ts';
import { world } from './world.ts';

const SYSTEM = 'vacation-system';

/** Every start of a container of these pods, as `NAME@sha256:DIGEST`. */
async function imagesOf(namespace: string, selector: string): Promise<string[]> {
  interface Pod extends KubeObject {
    readonly status: { readonly containerStatuses?: readonly { readonly imageID: string }[] };
  }
  const pods = await world().kubectl.list<Pod>('pods', namespace, selector);
  return pods.flatMap(({ status }) => (status.containerStatuses ?? []).map(({ imageID }) => imageID));
}

describe('a release that is pushed to a registry', () => {
  let folder: string;
  let registry: string;
  let place: Place;
  /** References with digests, by app. */
  const published = new Map<string, string>();
  const signer = () => ({ signer: { key: join(folder, 'ours', 'cosign.key') }, plainHttp: true });

  before(async function () {
    this.timeout(10 * 60_000);
    place = await Place.make('released');
    folder = await mkdtemp(join(tmpdir(), 'release-'));
    registry = `${world().registry.address}/somebody`;
    for (const who of ['ours', 'theirs']) {
      await mkdir(join(folder, who));
      await runCosign(['generate-key-pair', '--output-key-prefix', join(folder, who, 'cosign')]);
    }
    const options = ['--registry', registry, '--key', signer().signer.key, '--plain-http'];
    const said = await run(process.execPath, [join(root, 'scripts', 'release', 'main.ts'), ...options]);
    for (const line of said.split('\n')) {
      const app = apps.find((each) => line.startsWith(`${registry}/vacation-${each}@sha256:`));
      if (app !== undefined) published.set(app, line);
    }
  });

  after(async () => {
    await place.remove();
    const builder = await chooseBuilder();
    for (const image of await world().registry.images()) {
      const tag = `${world().registry.address}/${image}`;
      if (await builder.has(tag)) await builder.remove(tag);
    }
    await rm(folder, { recursive: true });
  });

  for (const app of apps) {
    it(`has a signature and a signed SBOM of the ${app}, by whoever has the key and nobody else`, async () => {
      const reference = published.get(app) ?? '';
      await verify(reference, signer());
      const attestation = JSON.parse(await verifySbom(reference, signer())) as { payload: string };
      const { predicate } = JSON.parse(Buffer.from(attestation.payload, 'base64').toString()) as {
        predicate: { components: { name: string }[] };
      };
      expect(predicate.components.map(({ name }) => name)).to.include(app === 'operator' ? 'winston' : 'express');
      const theirs = { ...signer(), signer: { key: join(folder, 'theirs', 'cosign.key') } };
      expect(await verify(reference, theirs).catch((error: unknown) => String(error))).to.match(/signature/);
    });
  }

  it('installs an operator whose apps run, both from what was pushed', async () => {
    const manifest = await readFile(join(root, 'dist', 'release', 'files', 'install.yaml'), 'utf8');
    const { cluster, kubectl } = world();
    const objects = parseAllDocuments(manifest).map((document) => document.toJS() as KubeObject);
    // Parsed YAML: only what this test changes is typed.
    const deployment = objects.find(({ kind }) => kind === 'Deployment') as unknown as {
      spec: { template: { spec: { containers: { env: { name: string; value?: string }[] }[] } } };
    };
    const [container] = deployment.spec.template.spec.containers;
    if (container === undefined) throw new Error('the operator has no container');
    if (!cluster.pulls) {
      const { tag: value } = await mysqlImage();
      const others = container.env.filter(({ name }) => name !== 'MYSQL_IMAGE');
      container.env = [...others, { name: 'MYSQL_IMAGE', value }];
    }
    await kubectl.apply(...objects);
    const rollout = ['rollout', 'status', 'deployment/vacation-operator', '--namespace', SYSTEM, '--timeout=120s'];
    await kubectl(rollout, { timeoutMs: 130_000 });
    const app = new AppIn(place, 'andromeda');
    await app.declare();
    await app.ready();
    await app.book();
    const operators = await imagesOf(SYSTEM, 'interstellar.dev/operator=vacation-operator');
    const webs = await imagesOf('released', 'app.kubernetes.io/component=web');
    expect(new Set(operators)).to.deep.equal(new Set([published.get('operator')]));
    expect(new Set(webs)).to.deep.equal(new Set([published.get('webapp')]));
  });
});
