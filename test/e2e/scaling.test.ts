import { expect } from 'chai';
import { eventually, type KubeObject } from '../support/kubectl.ts';
import { writesToReplicas } from '../support/audit-log.ts';
import { startLoad } from './load-process.ts';
import { APP, applyApp, appUrl, NAMESPACE, pods, world } from './world.ts';

interface Deployment extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly managedFields: readonly ManagedFields[] };
  readonly spec: { readonly replicas: number };
  readonly status: { readonly replicas?: number; readonly readyReplicas?: number };
}

interface ManagedFields {
  readonly manager: string;
  readonly fieldsV1?: { readonly 'f:spec'?: { readonly 'f:replicas'?: object } };
}

const LOAD = { connections: 12, ratePerSecond: 400, seconds: 180 };
const TRICKLE = { connections: 4, ratePerSecond: 20, seconds: 240 };

describe('an app under load', () => {
  before(() =>
    applyApp({
      service: { type: 'NodePort' },
      resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '256Mi' } },
      autoscaling: { maxReplicas: 5, scaleDownStabilizationSeconds: 15 },
    }),
  );

  it('grows from two pods to four, and shrinks to two again, without one failed request', async function () {
    this.timeout(8 * 60_000);
    const { nodeAddress, loadGenerator, auditLog } = world();
    const began = new Date();
    const url = (await appUrl()).replace(nodeAddress, loadGenerator.address);
    await eventually(
      'two pods',
      60_000,
      () => pods('web'),
      (found) => found.length === 2,
    );

    const load = startLoad({ url, ...LOAD });
    await eventually('four pods are ready', 150_000, deployment, ({ status }) => (status.readyReplicas ?? 0) >= 4);
    const grown = (performance.now() - load.started) / 1000;
    const trickle = startLoad({ url, ...TRICKLE });
    const heavy = await load.stop();

    const calm = performance.now();
    await eventually(
      'two pods again',
      200_000,
      deployment,
      ({ spec, status }) => spec.replicas === 2 && status.replicas === 2,
    );
    await eventually('the others have ended', 60_000, allWebPods, (count) => count === 2);
    const light = await trickle.stop();
    console.log(`      to 4 pods in ${grown.toFixed(0)} s: ${JSON.stringify(heavy)}`);
    console.log(`      to 2 pods in ${((performance.now() - calm) / 1000).toFixed(0)} s: ${JSON.stringify(light)}`);

    for (const { answers } of [heavy, light]) expect(Object.keys(answers)).to.deep.equal(['200']);
    expect(heavy.requests).to.be.greaterThan(1_000);
    if (auditLog !== undefined) {
      const everWritten = await writesToReplicas(auditLog, `${APP}-web`, new Date(0));
      expect(everWritten, 'the first value, which the log must show').not.to.deep.equal([]);
      expect(await writesToReplicas(auditLog, `${APP}-web`, began)).to.deep.equal([]);
    }
    const owners = (await deployment()).metadata.managedFields.filter(
      ({ fieldsV1 }) => fieldsV1?.['f:spec']?.['f:replicas'],
    );
    expect(owners.map(({ manager }) => manager)).not.to.include('vacation-operator');
  });
});

async function deployment(): Promise<Deployment> {
  const args = ['--namespace', NAMESPACE, '--show-managed-fields', '--output', 'json'];
  return JSON.parse(await world().kubectl(['get', 'deployment', `${APP}-web`, ...args])) as Deployment;
}

async function allWebPods(): Promise<number> {
  const selector = `interstellar.dev/app=${APP},app.kubernetes.io/component=web`;
  return (await world().kubectl.list('pods', NAMESPACE, selector)).length;
}
