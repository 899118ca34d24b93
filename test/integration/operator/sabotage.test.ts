import { expect } from 'chai';
import { isDeepStrictEqual } from 'node:util';
import process from 'node:process';
import { VACATION_APP } from '../../../operator/api/vacation-app.ts';
import type { Kind, KubeObject } from '../../../operator/runtime/client/kinds.ts';
import {
  AUTOSCALER,
  CONFIG_MAP,
  DEPLOYMENT,
  DISRUPTION_BUDGET,
  SERVICE,
  SERVICE_ACCOUNT,
} from '../../../operator/vacation-app/kinds.ts';
import { LABEL } from '../../../operator/vacation-app/names.ts';
import { seeded } from '../../support/random.ts';
import { simulateWorkloads, type SimulatedWorkloads } from '../../support/simulated-workloads.ts';
import { createWorld, eventually, type Scene, startOperator, type RunningOperator, type World } from './world.ts';

/** More with SABOTAGES=200. */
const ACTS = Number(process.env.SABOTAGES ?? 24);
const SEED = Number(process.env.SEED ?? Date.now() % 100_000);
/** Enough that nobody fights over the same field more than a few times: that is put back with pauses. */
const APPS = Array.from({ length: Math.max(3, Math.ceil(ACTS / 10)) }, (_, index) => `app-${index}`);

interface Sabotage {
  readonly title: string;
  readonly kind: Kind;
  readonly child: string;
  /** A merge patch; absent: deleted. */
  readonly body?: object;
  readonly subresource?: string;
  /** Not repaired but reported, since it may be somebody else's by now: until it is out of the way. */
  readonly isReported?: boolean;
}

const foreign = { apiVersion: 'v1', kind: 'ConfigMap', name: 'other', uid: 'other', controller: true };

const KINDS: readonly Sabotage[] = [
  { title: 'edits a selector', kind: SERVICE, child: 'web', body: { spec: { selector: { [LABEL.app]: 'other' } } } },
  { title: 'edits settings', kind: CONFIG_MAP, child: 'web', body: { data: { PORT: '1' } } },
  { title: 'takes a setting away', kind: CONFIG_MAP, child: 'mysql', body: { data: { 'vacation.cnf': null } } },
  { title: 'steals a field', kind: AUTOSCALER, child: 'web', body: { spec: { maxReplicas: 99 } } },
  {
    title: 'edits pods',
    kind: DEPLOYMENT,
    child: 'web',
    body: { spec: { template: { spec: { securityContext: null } } } },
  },
  { title: 'takes all labels away', kind: SERVICE_ACCOUNT, child: 'web', body: { metadata: { labels: null } } },
  { title: 'deletes a Service', kind: SERVICE, child: 'mysql' },
  { title: 'deletes the web pods', kind: DEPLOYMENT, child: 'web' },
  { title: 'deletes a budget', kind: DISRUPTION_BUDGET, child: 'web' },
  {
    title: 'adds a finalizer',
    kind: CONFIG_MAP,
    child: 'web',
    body: { metadata: { finalizers: ['example.com/hold'] } },
  },
  { title: 'changes a status', kind: DEPLOYMENT, child: 'web', subresource: 'status', body: { status: { readyReplicas: 0, availableReplicas: 0 } } }, // prettier-ignore
  { title: 'takes the owner away', kind: SERVICE, child: 'mysql', body: { metadata: { ownerReferences: null } } }, // prettier-ignore
  { title: 'gives it another owner', kind: CONFIG_MAP, child: 'mysql', body: { metadata: { ownerReferences: [foreign] } }, isReported: true }, // prettier-ignore
];

describe(`sabotage, ${ACTS} acts by chance from SEED=${SEED}`, () => {
  let world: World;
  let operator: RunningOperator;
  let workloads: SimulatedWorkloads;
  let here: Scene;

  before(async function () {
    this.timeout(600_000);
    world = await createWorld();
    workloads = await simulateWorkloads(world.client());
    operator = startOperator(world);
    here = await world.namespace('sabotage');
    // Pods of migrations are refused without it; the controller that makes it does not run here.
    await here.create(SERVICE_ACCOUNT, { metadata: { name: 'default' } });
    for (const app of APPS) await here.declare(app, {});
    for (const app of APPS) await here.appWith(app, 'Ready', 'True');
  });

  after(async () => {
    await operator.stop();
    await workloads.stop();
    await world.stop();
  });

  it('is repaired, or reported, and every status is true afterwards', async function () {
    this.timeout(60_000 + ACTS * 20_000);
    const random = seeded(SEED);
    for (let act = 0; act < ACTS; act += 1) {
      const sabotage = KINDS[act % KINDS.length] ?? KINDS[0];
      const app = random.one(APPS);
      if (sabotage) await commit(sabotage, app, `act ${act}, SEED=${SEED}: ${sabotage.title} of ${app}`);
    }
    for (const app of APPS) {
      const { metadata, status } = await here.appWith(app, 'Ready', 'True');
      expect(status?.observedGeneration, app).to.equal(metadata.generation);
      expect(status?.conditions?.map(({ type }) => type)).not.to.include('Stalled');
    }
  });

  it('is told with the name of the manager who did it', async () => {
    // one that nothing was told of before: what happens again is told at most once a minute
    await here.declare('untouched', {});
    await here.appWith('untouched', 'Ready', 'True');
    await here.patch(SERVICE, 'untouched-web', { spec: { selector: { [LABEL.component]: 'other' } } });
    await eventually(
      'the manager in status.drift',
      () => here.get<KubeObject & { status?: { drift?: { manager: string }[] } }>(VACATION_APP, 'untouched'),
      (app) => app?.status?.drift?.some(({ manager }) => manager === 'somebody-else') ?? false,
    );
  });

  async function commit(
    { kind, child, body, subresource, isReported }: Sabotage,
    app: string,
    what: string,
  ): Promise<void> {
    const name = `${app}-${child}`;
    const before = shape(await here.child(kind, name));
    if (body === undefined) await here.remove(kind, name);
    else await here.patch(kind, name, body, subresource);
    if (isReported) {
      await here.appWith(app, 'Stalled', 'True', 'NotOwned');
      await here.remove(kind, name);
    }
    await eventually(what, () => here.get(kind, name), (live) => live !== undefined && isDeepStrictEqual(shape(live), before), 60_000); // prettier-ignore
    await here.appWith(app, 'Ready', 'True');
  }
});

/** What of an object is the operator's, or shows that it is whole. */
function shape(object: KubeObject): unknown {
  const { metadata, spec, data } = object as KubeObject & { spec?: Record<string, unknown>; data?: unknown };
  const assigned = ['clusterIP', 'clusterIPs', 'replicas'];
  const kept = Object.entries(spec ?? {}).filter(([field]) => !assigned.includes(field));
  const owners = (metadata.ownerReferences ?? []).map(({ uid }) => uid);
  return { labels: metadata.labels, owners, spec: Object.fromEntries(kept), data };
}
