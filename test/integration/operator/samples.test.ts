import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { root } from '../../../scripts/cluster/paths.ts';
import { createKubectl, type Kubectl, type KubeObject } from '../../support/kubectl.ts';
import { createWorld, type World } from './world.ts';

const FOLDER = join(root, 'config', 'samples');
/** Not samples of an app. */
const OTHERS = ['admission-policy', 'kustomization', 'namespace'];
/** Kinds of other projects, which this API server does not serve. */
const FOREIGN = ['keda.sh/v1alpha1 ScaledObject'];

const files = globSync('*.yaml', { cwd: FOLDER }).sort();
const samples = files.map((file) => basename(file, '.yaml')).filter((name) => !OTHERS.includes(name));
const textOf = (name: string): Promise<string> => readFile(join(FOLDER, `${name}.yaml`), 'utf8');
const objectsIn = (text: string): (KubeObject & { apiVersion: string; kind: string })[] =>
  parseAllDocuments(text).map((document) => document.toJS() as KubeObject & { apiVersion: string; kind: string });

describe('the samples', () => {
  let world: World;
  let kubectl: Kubectl;

  before(async function () {
    this.timeout(600_000);
    world = await createWorld();
    await world.namespace('travel');
    kubectl = createKubectl(world.server.kubectl);
  });

  after(() => world.stop());

  const dryRun = (objects: readonly object[]): Promise<string> =>
    kubectl(['apply', '--dry-run=server', '--validate=strict', '--filename', '-'], {
      input: objects.map((object) => JSON.stringify(object)).join('\n---\n'),
    });

  for (const name of samples) {
    it(`${name} says what it shows, declares one app of its name, and is accepted by the API server`, async () => {
      const text = await textOf(name);
      expect(text).to.match(/^# /);
      const objects = objectsIn(text);
      const apps = objects.filter(({ kind }) => kind === 'VacationApp');
      expect(apps.map(({ metadata }) => metadata.name)).to.deep.equal([name]);
      const known = objects.filter(({ apiVersion, kind }) => !FOREIGN.includes(`${apiVersion} ${kind}`));
      const told = await dryRun(known);
      expect(told.match(/\(server dry run\)/g)).to.have.length(known.length);
    });
  }

  it('are all in the list beside them', async () => {
    const list = await readFile(join(FOLDER, 'README.md'), 'utf8');
    const listed = [...list.matchAll(/\]\(([-a-z]+)\.yaml\)/g)].map(([, name = '']) => name);
    expect(listed.sort()).to.deep.equal([...samples, 'admission-policy'].sort());
  });

  it('would be refused with a field that does not exist, or against a rule', async () => {
    const [app] = objectsIn(await textOf('minimal'));
    const refusal = (spec: object): Promise<unknown> =>
      dryRun([{ ...app, spec }]).then(
        () => undefined,
        (error: unknown) => String(error),
      );
    expect(await refusal({ replica: 3 })).to.contain('unknown field "spec.replica"');
    expect(await refusal({ replicas: 3, autoscaling: {} })).to.contain('remove one of the two');
  });
});
