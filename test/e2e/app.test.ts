import { expect } from 'chai';
import { APP, applyApp, type Condition, conditionOf, getApp, isReady, NAMESPACE, pods, world } from './world.ts';

describe('an app that is declared with an empty spec', () => {
  before(async () => {
    const start = performance.now();
    await applyApp({});
    console.log(`      apply to Ready: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  });

  it('is Ready for kubectl wait', async () => {
    const said = await world().kubectl([
      'wait',
      '--for=condition=Ready',
      `vapp/${APP}`,
      '--namespace',
      NAMESPACE,
      '--timeout=60s',
    ]);
    expect(said).to.contain('condition met');
  });

  it('has conditions that say that every step is done, all of them of this generation', async () => {
    const app = await getApp();
    for (const type of ['CredentialsReady', 'DatabaseReady', 'SchemaReady', 'WebReady', 'Ready']) {
      const condition = conditionOf(app, type);
      expect(condition?.status, type).to.equal('True');
      expect(condition?.reason, type).to.match(/^[A-Z][A-Za-z]+$/);
      expect(condition?.message, type).not.to.equal('');
    }
    const generations = (app.status?.conditions ?? []).map((condition: Condition) => condition.observedGeneration);
    expect(new Set(generations)).to.deep.equal(new Set([app.status?.observedGeneration]));
    const types = app.status?.conditions?.map(({ type }) => type);
    expect(types).not.to.include('Reconciling').and.not.to.include('Stalled');
  });

  it('is shown by kubectl get vapp with the columns that tell how it is', async () => {
    const narrow = await world().kubectl(['get', 'vapp', '--namespace', NAMESPACE]);
    const [header = '', line = ''] = narrow.split('\n');
    expect(header.trim().split(/\s+/)).to.deep.equal(['NAME', 'READY', 'WEB', 'DATABASE', 'URL', 'AGE']);
    expect(line).to.match(/^milky-way\s+True\s+2\/2\s+\S+\s+http\S+\s+\S+$/);
    const wide = await world().kubectl(['get', 'vapp', '--namespace', NAMESPACE, '--output', 'wide']);
    expect(wide.split('\n')[0]).to.match(/IMAGE\s+SCHEMA\s+REASON\s+MESSAGE/);
  });

  it('has two web pods and one MySQL pod, all ready', async () => {
    expect((await pods('web')).map(isReady)).to.deep.equal([true, true]);
    expect((await pods('mysql')).map(isReady)).to.deep.equal([true]);
  });

  it('is written down again as it was declared, but for defaults', async () => {
    await applyApp({});
    const changed = await world().kubectl(['diff', '--filename', '-'], {
      input: JSON.stringify({
        apiVersion: 'interstellar.dev/v1alpha1',
        kind: 'VacationApp',
        metadata: { name: APP, namespace: NAMESPACE },
        spec: {},
      }),
    });
    expect(changed).to.equal('');
  });
});
