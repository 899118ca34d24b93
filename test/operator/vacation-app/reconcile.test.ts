import { expect } from 'chai';
import { VACATION_APP, type VacationApp } from '../../../operator/api/vacation-app.ts';
import type { ApiClient, ApiRequest } from '../../../operator/runtime/client/api-client.ts';
import { ApiError } from '../../../operator/runtime/client/api-error.ts';
import { systemClock } from '../../../operator/runtime/clock.ts';
import { Cluster } from '../../../operator/runtime/apply/cluster.ts';
import type { Reconcile } from '../../../operator/runtime/queue/controller.ts';
import { Drift } from '../../../operator/runtime/apply/drift.ts';
import { pathOf, type Kind, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import type { Store } from '../../../operator/runtime/cache/store.ts';
import { CONFIG_MAP, DEPLOYMENT, JOB, POD, SECRET, STATEFUL_SET } from '../../../operator/vacation-app/kinds.ts';
import { HANDOVER_MANAGER, labels } from '../../../operator/vacation-app/names.ts';
import { createReconcile } from '../../../operator/vacation-app/reconcile.ts';
import { appStores } from '../../support/app-controller.ts';
import { FakeApi } from '../../support/fake-api.ts';
import { ApiModel } from '../simulation/api-model.ts';
import { KINDS } from '../simulation/kinds.ts';
import { nextWrite, WORKLOAD_KINDS, type Scene } from '../simulation/workloads.ts';
import { aStatefulSet, aVacationApp, DEFAULTS } from '../../support/vacation-app.ts';

const external = { host: 'db.example.com', name: 'travel', credentialsSecretName: 'login' };
const PATH = '/apis/interstellar.dev/v1alpha1/namespaces/travel/vacationapps/milky-way/status';

const now = (): Date => new Date('2026-03-01T12:00:00Z');

const reconcileWith = (api: ApiClient, stores: ReadonlyMap<string, Store<KubeObject>>): Reconcile =>
  createReconcile({
    cluster: new Cluster(api, stores, { wrote: () => undefined }, new Drift({ clock: systemClock, now })),
    defaults: DEFAULTS,
    publish: () => Promise.resolve(),
    now,
    clock: systemClock,
    random: (bytes) => 'r'.repeat(bytes),
  });

describe('a reconcile', () => {
  it('of a paused app is not repeated for what is due of it', async () => {
    const api = new FakeApi();
    const stores = appStores();
    const reconcile = reconcileWith(api, stores);
    const metadata = { resourceVersion: '1', annotations: { 'interstellar.dev/paused': 'true' } };
    const app = aVacationApp({ metadata, spec: { database: { external } } });
    const check: KubeObject & { status: object } = {
      metadata: {
        name: 'milky-way-check-1',
        namespace: 'travel',
        uid: 'j',
        resourceVersion: '2',
        labels: labels(app, 'check'),
        ownerReferences: [{ ...VACATION_APP, name: 'milky-way', uid: app.metadata.uid ?? '', controller: true }],
      },
      status: { conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: '2026-03-01T10:00:00Z' }] },
    };
    stores.get(VACATION_APP.kind)?.observe('ADDED', app);
    stores.get(JOB.kind)?.observe('ADDED', check);
    api.objects.set(PATH, { ...app });
    expect(await reconcile('travel/milky-way', AbortSignal.timeout(10_000))).to.deep.equal({});
  });

  for (const [title, paused] of [
    ['an app', 'false'],
    ['a paused app', 'true'],
  ] as const) {
    it(`of ${title} whose Secret cannot be read tells so, and is repeated`, async () => {
      const api = new FakeApi();
      const stores = appStores();
      const metadata = { resourceVersion: '1', annotations: { 'interstellar.dev/paused': paused } };
      const available = { type: 'CredentialsReady', status: 'True', reason: 'Available', message: 'all' } as const;
      const times = { observedGeneration: 1, lastTransitionTime: '2026-03-01T10:00:00Z' };
      const app = aVacationApp({ metadata, spec: { database: { external } } });
      for (const conditions of [[], [{ ...available, ...times }]]) {
        const resourceVersion = String(2 + conditions.length * 10);
        const declared = { ...app, metadata: { ...app.metadata, resourceVersion }, status: { conditions } };
        stores.get(VACATION_APP.kind)?.observe('DELETED', app);
        stores.get(VACATION_APP.kind)?.observe('ADDED', declared);
        api.objects.set(PATH, { ...declared });
        api.fault = ({ path }) => {
          if (path.endsWith('/secrets/login')) throw new ApiError(403, 'Forbidden', 'no secrets for you');
        };
        const failed = await reconcileWith(api, stores)('travel/milky-way', AbortSignal.timeout(10_000)).then(
          () => undefined,
          (error: unknown) => error,
        );
        expect(failed).to.have.property('message', 'no secrets for you');
        // The fake API keeps objects of every kind.
        const { status } = api.objects.get(PATH) as unknown as VacationApp;
        const told = (status?.conditions ?? []).map((each) => `${each.type}=${each.status} ${each.reason}`);
        expect(told).to.include.members([
          'Reconciling=True ApplyFailed',
          conditions.length === 0
            ? 'CredentialsReady=Unknown WaitingForCredentials'
            : 'CredentialsReady=True Available',
        ]);
      }
    });
  }

  it('is repeated when a pod has had no node for five minutes', async () => {
    const api = new FakeApi();
    const stores = appStores();
    const app = aVacationApp({
      metadata: { resourceVersion: '1', annotations: { 'interstellar.dev/paused': 'true' } },
    });
    const pod: KubeObject & { status: object } = {
      metadata: {
        ...{ name: 'milky-way-mysql-0', namespace: 'travel', uid: 'p', resourceVersion: '2' },
        labels: labels(app, 'mysql'),
      },
      status: {
        conditions: [
          {
            ...{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' },
            lastTransitionTime: '2026-03-01T11:56:00Z',
          },
        ],
      },
    };
    const statefulSet = aStatefulSet({ readyReplicas: 0 }) as KubeObject;
    stores.get(VACATION_APP.kind)?.observe('ADDED', app);
    stores.get(STATEFUL_SET.kind)?.observe('ADDED', {
      ...statefulSet,
      metadata: { ...statefulSet.metadata, resourceVersion: '3' },
    });
    stores.get(POD.kind)?.observe('ADDED', pod);
    api.objects.set(PATH, { ...app });
    const reconcile = reconcileWith(api, stores);
    await reconcile('travel/milky-way', AbortSignal.timeout(10_000));
    const { status } = api.objects.get(PATH) as unknown as VacationApp;
    const told: VacationApp & KubeObject = {
      ...app,
      metadata: { ...app.metadata, resourceVersion: '9' },
      ...(status && { status }),
    };
    stores.get(VACATION_APP.kind)?.observe('MODIFIED', told);
    const result = await reconcile('travel/milky-way', AbortSignal.timeout(10_000));
    expect(result).to.deep.equal({ requeueAfterMs: 60_000 });
  });

  it('of an app that sleeps is not repeated for a check of its external database, which is not due before it wakes', async () => {
    const model = new ApiModel(KINDS, now);
    const create = (kind: Kind, object: object): KubeObject => {
      const body = { apiVersion: kind.apiVersion, kind: kind.kind, ...object };
      return model.handle({ method: 'POST', path: pathOf(kind, 'travel'), body }) as KubeObject;
    };
    const api: ApiClient = {
      request: <T>(request: ApiRequest) => Promise.resolve(model.handle(request) as T),
      stream: () => expect.fail('nothing is watched here'),
      reconnect: () => undefined,
    };
    const stores = appStores();
    const login = { name: 'login', namespace: 'travel' };
    create(SECRET, { metadata: login, data: { username: 'YQ==', password: 'Yg==' } });
    const { metadata, spec } = aVacationApp({ spec: { mode: 'Hibernated', database: { external } } });
    const app = create(VACATION_APP, { metadata: { name: metadata.name, namespace: 'travel' }, spec });
    const lastCheck = { job: 'milky-way-check-1', content: 'c', isFit: true, at: 0, said: {} };
    const configMap = create(CONFIG_MAP, {
      metadata: {
        ...{ name: 'milky-way-web', namespace: 'travel', labels: labels(app, 'web') },
        annotations: { 'interstellar.dev/last-check': JSON.stringify(lastCheck) },
        ownerReferences: [{ ...VACATION_APP, name: 'milky-way', uid: app.metadata.uid ?? '', controller: true }],
      },
    });
    stores.get(VACATION_APP.kind)?.observe('ADDED', app);
    stores.get(CONFIG_MAP.kind)?.observe('ADDED', configMap);
    const reconcile = reconcileWith(api, stores);
    const look = (): Promise<object> => reconcile('travel/milky-way', AbortSignal.timeout(10_000));
    await look();
    expect(await look()).to.deep.equal({});
  });

  it('that makes the web pods leaves it to the next look to tell of them, and of who scales them', async () => {
    const model = new ApiModel(KINDS, now);
    const stores = appStores();
    const told: VacationApp['status'][] = [];
    const watched = (request: ApiRequest): unknown => {
      const before = model.history.length;
      const answer = model.handle(request);
      if (request.method === 'PUT') told.push((request.body as VacationApp).status);
      for (const { plural, after } of model.history.slice(before)) {
        const kind = KINDS.find((candidate) => candidate.plural === plural)?.kind ?? '';
        if (after) stores.get(kind)?.observe('MODIFIED', after);
      }
      return answer;
    };
    const scene: Scene = {
      get: ({ plural }, namespace, name) => model.get(plural, namespace, name),
      load: () => 2,
      fails: () => false,
      now,
    };
    const workloads = (...kinds: readonly Kind[]): void => {
      const due = (): ApiRequest | undefined =>
        kinds
          .flatMap(({ plural }) => model.list(plural))
          .map((object) => nextWrite(object, scene))
          .find(Boolean);
      for (let request = due(); request; request = due()) watched(request);
    };
    const api: ApiClient = {
      request: <T>(request: ApiRequest) => {
        const answer = watched(request);
        // As fast as no kubelet is.
        if (request.query?.fieldManager === HANDOVER_MANAGER) workloads(DEPLOYMENT);
        return Promise.resolve(answer as T);
      },
      stream: () => expect.fail('nothing is watched here'),
      reconnect: () => undefined,
    };
    const reconcile = reconcileWith(api, stores);
    const look = (): Promise<object> => reconcile('travel/milky-way', AbortSignal.timeout(10_000));
    const { metadata, ...app } = aVacationApp();
    watched({
      method: 'POST',
      path: pathOf(VACATION_APP, 'travel'),
      body: { ...app, metadata: { name: metadata.name, namespace: metadata.namespace } },
    });
    await look();
    workloads(...WORKLOAD_KINDS);
    await look();
    workloads(...WORKLOAD_KINDS);
    const before = told.length;
    expect(await look()).to.deep.equal({ requeueAfterMs: 1 });
    expect(told).to.have.length(before);
    expect(stores.get(DEPLOYMENT.kind)?.size).to.equal(1);
    workloads(...WORKLOAD_KINDS);
    await look();
    expect(told).to.have.length(before + 1);
    const conditions = (told.at(-1)?.conditions ?? []).map(({ type, status }) => `${type}=${status}`);
    expect(conditions).to.include.members(['Ready=True', 'AutoscalingReady=True']);
  });
});
