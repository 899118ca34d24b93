import { expect } from 'chai';
import { eventually, type KubeObject } from '../support/kubectl.ts';
import { writesToReplicas } from '../support/audit-log.ts';
import type { LoadResult } from '../../scripts/demo/load.ts';
import { type LoadProcess, startLoad } from './load-process.ts';
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

interface Autoscaler extends KubeObject {
  readonly status: {
    readonly currentMetrics?: readonly {
      readonly containerResource?: { readonly current: { readonly averageUtilization?: number } };
    }[];
  };
}

/**
 * What a web pod requests. Little, so that a busy machine has enough for four pods; an idle pod uses a tenth of it. Half and twice
 * of it show what a machine does that is half and twice as fast.
 */
const CPU = process.env.SCALING_CPU ?? '25m';

/** From a rate that two pods do not mind to one that no machine reaches, in steps as long as the autoscaler needs to look again. */
const RAMP = { from: 50, factor: 1.5, everyMs: 15_000, most: 20_000 };

describe('an app under load', () => {
  const loads: LoadProcess[] = [];

  before(() =>
    applyApp({
      service: { type: 'NodePort' },
      resources: { requests: { cpu: CPU, memory: '128Mi' }, limits: { memory: '256Mi' } },
      autoscaling: { maxReplicas: 5, scaleDownStabilizationSeconds: 15 },
    }),
  );

  // what a failed test left
  after(() => Promise.all(loads.map((load) => load.stop())));

  it('grows from two pods to four, and shrinks to two again, without one failed request', async function () {
    this.timeout(15 * 60_000);
    const { nodeAddress, loadGenerator, auditLog } = world();
    const began = new Date();
    const url = (await appUrl()).replace(nodeAddress, loadGenerator.address);
    const start = (connections: number, ratePerSecond: number) => {
      const load = startLoad({ url, connections, ratePerSecond });
      loads.push(load);
      return load;
    };
    await eventually(
      'two pods',
      120_000,
      () => pods('web'),
      (found) => found.length === 2,
    );
    await eventually(
      'the autoscaler has measured them',
      120_000,
      autoscaler,
      (found) => utilization(found) !== undefined,
    );

    const rising = performance.now();
    const load = start(12, RAMP.from);
    const tried = await raiseUntilFour(load);
    const grown = seconds(rising);
    const heavy = await load.stop();
    const needed = heavy.steps.at(-1)?.reached ?? tried;
    const trickle = start(4, needed / 20);
    console.log(
      `      4 pods, each requesting ${CPU} of CPU, needed ${Math.round(needed)} requests a second, of ${tried} that were tried`,
    );
    console.log(`      to 4 pods in ${grown} s: ${told(heavy)}`);

    const calm = performance.now();
    await eventually(
      'two pods again',
      200_000,
      deployment,
      ({ spec, status }) => spec.replicas === 2 && status.replicas === 2,
    );
    await eventually('the others have ended', 60_000, allWebPods, (count) => count === 2);
    const shrunk = seconds(calm);
    const light = await trickle.stop();
    console.log(`      to 2 pods in ${shrunk} s: ${told(light)}`);

    for (const { answers } of [heavy, light]) expect(Object.keys(answers)).to.deep.equal(['200']);
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

/** Raises the load until four pods are ready, and resolves to the rate at which they were. */
async function raiseUntilFour(load: LoadProcess): Promise<number> {
  const areReady = ({ status }: Deployment): boolean => (status.readyReplicas ?? 0) >= 4;
  const areWanted = ({ spec }: Deployment): boolean => spec.replicas >= 4;
  for (let rate = RAMP.from; rate <= RAMP.most; rate = Math.round(rate * RAMP.factor)) {
    load.setRate(rate);
    const wanted = await eventually('four pods are wanted', RAMP.everyMs, deployment, areWanted).catch(() => undefined);
    if (wanted === undefined) continue;
    const started = await eventually(
      'the four pods are ready, or no longer wanted',
      150_000,
      deployment,
      (found) => areReady(found) || !areWanted(found),
    );
    if (areReady(started)) return rate;
  }
  const [{ status }, { steps }] = await Promise.all([autoscaler(), load.stop()]);
  const reached = Math.max(...steps.map((step) => Math.round(step.reached)));
  throw new Error(
    `no four pods at up to ${RAMP.most} requests a second, of which ${reached} were reached; autoscaler: ${JSON.stringify(status)}`,
  );
}

/** What came of a load. */
function told({ requests, answers, slowestMs }: LoadResult): string {
  return `${requests} requests, answers ${JSON.stringify(answers)}, the slowest after ${Math.round(slowestMs)} ms`;
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(0);
}

function autoscaler(): Promise<Autoscaler> {
  return world().kubectl.get<Autoscaler>('horizontalpodautoscaler', `${APP}-web`, NAMESPACE);
}

function utilization({ status }: Autoscaler): number | undefined {
  return status.currentMetrics?.[0]?.containerResource?.current.averageUtilization;
}

async function deployment(): Promise<Deployment> {
  const args = ['--namespace', NAMESPACE, '--show-managed-fields', '--output', 'json'];
  return JSON.parse(await world().kubectl(['get', 'deployment', `${APP}-web`, ...args])) as Deployment;
}

async function allWebPods(): Promise<number> {
  const selector = `interstellar.dev/app=${APP},app.kubernetes.io/component=web`;
  return (await world().kubectl.list('pods', NAMESPACE, selector)).length;
}
