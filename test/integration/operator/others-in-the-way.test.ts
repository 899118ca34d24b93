import { expect } from 'chai';
import type { CoreV1Event, V1Deployment, V1Service } from '@kubernetes/client-node';
import type { VacationApp } from '../../../operator/api/vacation-app.ts';
import { pathOf, type Kind, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { isOwned, ownerOf, owns } from '../../../operator/runtime/apply/owned-fields.ts';
import { DEPLOYMENT, SERVICE } from '../../../operator/vacation-app/kinds.ts';
import { HANDOVER_MANAGER } from '../../../operator/vacation-app/names.ts';
import {
  createWorld,
  eventually,
  lastWritesIn,
  startOperator,
  type RunningOperator,
  type Scene,
  type World,
} from './world.ts';

type Live<T> = T & KubeObject;

const EVENT: Kind = { apiVersion: 'v1', kind: 'Event', plural: 'events' };
const WEBHOOK: Kind = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
};
const REPLICAS = ['spec', 'replicas'];
/** The longest pause between two tries, and something for the try itself. */
const NEXT_TRY_MS = 40_000;

const condition = (app: VacationApp | undefined, type: string) =>
  app?.status?.conditions?.find((each) => each.type === type);

describe('an app in whose way others are', function () {
  this.timeout(120_000);
  let world: World;
  let operator: RunningOperator;

  before(async function () {
    this.timeout(600_000);
    world = await createWorld();
    operator = startOperator(world);
  });

  after(async () => {
    await operator.stop();
    await world.stop();
  });

  /** A webhook on Services of the namespace whose server is not there; resolves to what takes it away, and not before it refuses. */
  async function webhookIsDown({ namespace }: Scene): Promise<() => Promise<void>> {
    const path = pathOf(WEBHOOK, '');
    const webhook = {
      name: `services.${namespace}.example.com`,
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      failurePolicy: 'Fail',
      timeoutSeconds: 1,
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
      rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['services'] }],
      clientConfig: { service: { name: 'nobody', namespace, path: '/' } },
    };
    const { apiVersion, kind } = WEBHOOK;
    await world.admin.request({
      method: 'POST',
      path,
      body: { apiVersion, kind, metadata: { name: namespace }, webhooks: [webhook] },
    });
    await eventually(
      'the webhook is asked',
      async () => {
        const body = {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'probe' },
          spec: { ports: [{ port: 80 }] },
        };
        const probe = { method: 'POST', path: pathOf(SERVICE, namespace), query: { dryRun: 'All' }, body } as const;
        return world.admin.request(probe).then(
          () => 'made',
          (error: unknown) => String(error),
        );
      },
      (answer) => answer.includes('failed calling webhook'),
    );
    return async () => {
      await world.admin.request({ method: 'DELETE', path: `${path}/${namespace}` });
    };
  }

  const warnings = async (here: Scene): Promise<string[]> =>
    (await here.list<Live<CoreV1Event>>(EVENT)).flatMap(({ type, reason }) =>
      type === 'Warning' ? [reason ?? ''] : [],
    );

  it('says that a webhook is down, and for what each step waits, and comes up when it is back', async () => {
    const here = await world.scene('webhook');
    const isBack = await webhookIsDown(here);
    await here.declare('hooked', {});
    await here.databaseComesUp('hooked');
    const app = await here.appWith('hooked', 'SchemaReady', 'False', 'ApplyFailed');
    expect(condition(app, 'DatabaseReady')?.status).to.equal('True');
    expect(condition(app, 'Ready')).to.include({ status: 'False', reason: 'ApplyFailed' });
    expect(condition(app, 'Ready')?.message).to.contain('failed calling webhook');
    for (const type of ['SchemaReady', 'WebReady']) {
      const { reason, message } = condition(app, type) ?? {};
      expect(`${reason ?? ''}: ${message ?? ''}`, type).to.match(
        /^(ApplyFailed: .* is not made yet: |WaitingForSchema: )/,
      );
    }
    await eventually(
      'the event',
      () => warnings(here),
      (found) => found.includes('ApplyFailed'),
    );
    await isBack();
    await eventually('the next try', () => here.get(SERVICE, 'hooked-web'), Boolean, NEXT_TRY_MS);
    await here.comesUp('hooked');
  });

  it('stays Ready where it serves while a webhook is down', async () => {
    const here = await world.scene('webhook');
    await here.declare('serving', {});
    await here.comesUp('serving');
    const isBack = await webhookIsDown(here);
    await here.declare('serving', { service: { port: 8_080 } });
    const app = await here.appWith('serving', 'Reconciling', 'True', 'ApplyFailed');
    expect(condition(app, 'Ready')?.status).to.equal('True');
    await isBack();
    await eventually(
      'the Service is as declared',
      () => here.get<Live<V1Service>>(SERVICE, 'serving-web'),
      (service) => service?.spec?.ports?.[0]?.port === 8_080,
      NEXT_TRY_MS,
    );
    expect(await warnings(here)).to.deep.equal([]);
  });

  it('says that its rollout is paused, only where something waits for it, and rolls out when it is resumed', async () => {
    const here = await world.scene('paused');
    await here.declare('held', {});
    await here.comesUp('held');
    await here.patch(DEPLOYMENT, 'held-web', { spec: { paused: true } });
    await here.webPodsComeUp('held');
    const calm = await eventually(
      'the pause is told of',
      () => here.app('held'),
      (app) => condition(app, 'WebReady')?.message.includes('kubectl rollout resume deployment/held-web') === true,
    );
    expect(condition(calm, 'Ready')?.status).to.equal('True');
    await here.declare('held', { replicas: 2, env: [{ name: 'LOG_LEVEL', value: 'debug' }] });
    const { metadata } = await here.child<Live<V1Deployment>>(DEPLOYMENT, 'held-web', ({ spec }) =>
      JSON.stringify(spec?.template).includes('LOG_LEVEL'),
    );
    const status = { observedGeneration: metadata.generation, replicas: 2, updatedReplicas: 0 };
    await here.patch(DEPLOYMENT, 'held-web', { status }, 'status');
    const app = await here.appWith('held', 'Stalled', 'True', 'RolloutPaused');
    expect(condition(app, 'Ready')?.message).to.contain('kubectl rollout resume deployment/held-web');
    const { spec } = (await here.get<Live<V1Deployment>>(DEPLOYMENT, 'held-web')) ?? {};
    expect(spec?.paused, 'nobody of us resumes it').to.equal(true);
    await here.patch(DEPLOYMENT, 'held-web', { spec: { paused: null } });
    await here.webPodsComeUp('held');
    await here.appWith('held', 'Ready', 'True');
  });

  it('is put back by the operator where it is scaled to zero, since no autoscaler does that', async () => {
    const here = await world.scene('zero');
    await here.declare('scaled', {});
    await here.comesUp('scaled');
    const before = await lastWritesIn(world, here.namespace);
    await here.patch(DEPLOYMENT, 'scaled-web', { spec: { replicas: 0 } }, 'scale');
    const restored = await here.child<Live<V1Deployment>>(DEPLOYMENT, 'scaled-web', ({ spec }) => spec?.replicas === 2);
    expect(owns(restored, HANDOVER_MANAGER, REPLICAS)).to.equal(true);
    const after = await lastWritesIn(world, here.namespace);
    expect(after.slice(before.length)).to.include('patch deployments scaled-web (handover)');

    // An edit leaves the number with whoever made it.
    await here.patch(DEPLOYMENT, 'scaled-web', { spec: { replicas: 0 } });
    const again = await here.child<Live<V1Deployment>>(DEPLOYMENT, 'scaled-web', ({ spec }) => spec?.replicas === 2);
    expect(ownerOf(again, ['f:spec', 'f:replicas'], [HANDOVER_MANAGER])).to.equal(undefined);
    await here.webPodsComeUp('scaled');
    await here.appWith('scaled', 'Ready', 'True');
    const app = await eventually(
      'it is told as drift',
      () => here.app('scaled'),
      (found) => (found?.status?.drift?.length ?? 0) > 0,
    );
    expect(app?.status?.drift?.[0]).to.include({ object: 'Deployment/scaled-web', field: 'spec.replicas' });
  });

  it('is left at any other number that somebody has set', async () => {
    const here = await world.scene('zero');
    await here.declare('scaled', {});
    await here.comesUp('scaled');
    await here.patch(DEPLOYMENT, 'scaled-web', { spec: { replicas: 1 } }, 'scale');
    await lastWritesIn(world, here.namespace);
    const { spec } = (await here.get<Live<V1Deployment>>(DEPLOYMENT, 'scaled-web')) ?? {};
    expect(spec?.replicas).to.equal(1);
  });

  it('is at zero without an owner after kubectl scale, as the scale of the API server has no field for a 0', async () => {
    const here = await world.scene('plain');
    const labels = { app: 'plain' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'webapp:1' }] } };
    await here.create(DEPLOYMENT, {
      metadata: { name: 'plain' },
      spec: { replicas: 2, selector: { matchLabels: labels }, template },
    });
    for (const [replicas, hasOwner] of [
      [1, true],
      [0, false],
    ] as const) {
      await here.patch(DEPLOYMENT, 'plain', { spec: { replicas } }, 'scale');
      const live = await here.get<Live<V1Deployment>>(DEPLOYMENT, 'plain');
      expect(live?.spec?.replicas).to.equal(replicas);
      expect(live && isOwned(live, REPLICAS), `after a scale to ${replicas}`).to.equal(hasOwner);
    }
  });
});
