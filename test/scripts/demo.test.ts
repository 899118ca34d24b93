import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kustomization } from '../../scripts/demo/install.ts';
import { type SampleApp, stalled, waitingFor } from '../../scripts/demo/vacation-app.ts';
import { root } from '../../scripts/cluster/paths.ts';

type Conditions = readonly (readonly [type: string, status: string, message?: string])[];

function anApp(conditions: Conditions, observedGeneration = 1): SampleApp {
  return {
    metadata: { name: 'milky-way', namespace: 'travel', generation: 1 },
    status: {
      observedGeneration,
      conditions: conditions.map(([type, status, message = '']) => ({ type, status, message })),
    },
  };
}

const allTrue: Conditions = ['CredentialsReady', 'DatabaseReady', 'SchemaReady', 'WebReady', 'Ready'].map(
  (type) => [type, 'True'] as const,
);

describe('what the demo waits for', () => {
  it('is nothing once every condition that gates Ready is true', () => {
    expect(waitingFor(anApp(allTrue))).to.equal(undefined);
  });

  it('is the operator, as long as it has not seen the resource as it is now', () => {
    expect(waitingFor(anApp(allTrue, 0))).to.contain('has not reported a status yet');
    expect(waitingFor({ metadata: { name: 'a', namespace: 'b', generation: 1 } })).to.contain('has not reported');
  });

  it('is the first condition that is not true, after those that are', () => {
    const app = anApp([
      ['Ready', 'False', 'web pods start'],
      ['SchemaReady', 'Unknown', 'the migration runs'],
      ['CredentialsReady', 'True'],
      ['DatabaseReady', 'True'],
    ]);
    expect(waitingFor(app)).to.equal('CredentialsReady, DatabaseReady · SchemaReady: the migration runs');
  });

  it('ends where the operator has given up', () => {
    expect(stalled(anApp([['Stalled', 'True', 'not ours']]))).to.contain('not ours');
    expect(stalled(anApp([['Stalled', 'False', 'fine again']]))).to.equal(undefined);
  });
});

describe("the demo's images", () => {
  const deployment = readFileSync(join(root, 'config', 'manager', 'deployment.yaml'), 'utf8');

  it('replace those that config/default names', () => {
    const { images, patches } = kustomization({
      operator: 'localhost:5000/op:1',
      webapp: 'localhost/web:2',
      mysql: 'm:3',
    }) as { images: { name: string; newName: string; newTag: string }[]; patches: { patch: string }[] };
    const [image] = images;
    expect(deployment).to.contain(`image: ${image?.name ?? '?'}:`);
    expect(image).to.include({ newName: 'localhost:5000/op', newTag: '1' });
    const patch = patches[0]?.patch ?? '';
    expect(patch).to.contain('{"name":"WEBAPP_IMAGE","value":"localhost/web:2"},{"name":"MYSQL_IMAGE","value":"m:3"}');
    for (const name of ['vacation-operator', 'operator']) expect(deployment).to.contain(`name: ${name}\n`);
  });

  it('keep the default MySQL where none is given, and a digest as a digest', () => {
    const result = JSON.stringify(kustomization({ operator: 'r/op@sha256:abc', webapp: 'w', mysql: undefined }));
    expect(result).not.to.contain('MYSQL_IMAGE');
    expect(result).to.contain('"newName":"r/op","digest":"sha256:abc"');
  });
});
