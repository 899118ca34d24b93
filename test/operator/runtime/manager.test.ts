import { expect } from 'chai';
import type { ApiRequest } from '../../../operator/runtime/client/api-client.ts';
import { ApiError } from '../../../operator/runtime/client/api-error.ts';
import { keyOf, pathOf, type Kind, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { createManager } from '../../../operator/runtime/manager.ts';
import type { Controller, Result } from '../../../operator/runtime/queue/controller.ts';
import { createRuntimeMetrics } from '../../../operator/runtime/telemetry/metrics.ts';
import { anObject } from '../../support/kube-objects.ts';
import { until } from '../../support/until.ts';
import { WatchedApi } from '../../support/watched-api.ts';

const APP = { apiVersion: 'example.com/v1', kind: 'App', plural: 'apps' };
const BACKUP = { apiVersion: 'example.com/v1', kind: 'Backup', plural: 'backups' };
const JOB = { apiVersion: 'batch/v1', kind: 'Job', plural: 'jobs' };

const OPTIONS = {
  denialAdvice: 'Create it',
  leaseNamespace: 'system',
  leaseName: 'lease',
  identity: 'here',
  component: 'operator',
  workers: 2,
  now: () => new Date(),
};

describe('the manager', () => {
  let api: WatchedApi;
  let stop: AbortController;
  let ended: Promise<void>;
  let logged: string[];
  let reconciled: string[];
  let seen: unknown[];
  let result: Result;
  let leaderElection: boolean;

  beforeEach(() => {
    api = new WatchedApi();
    stop = new AbortController();
    logged = [];
    reconciled = [];
    seen = [];
    result = {};
    groups = [];
    leaderElection = false;
  });

  afterEach(async () => {
    stop.abort();
    await ended;
  });

  /** Reconciles one kind and looks at the Jobs of objects of the same name. */
  let groups: readonly string[];
  const aController = (kind: Kind): Controller => ({
    name: kind.kind.toLowerCase(),
    kind,
    watches: [
      {
        kind,
        keysOf: (object) => {
          seen.push(object.metadata.resourceVersion);
          return [keyOf(object)];
        },
      },
      { kind: JOB, keysOf: (job) => [keyOf(job)] },
    ],
    groups,
    priorityOf: () => 'normal',
    createReconcile:
      ({ cluster, servedGroups }) =>
      (key) => {
        const jobs = cluster.store(JOB).list().length;
        reconciled.push([kind.kind, key, jobs, ...servedGroups].join(' '));
        return Promise.resolve(result);
      },
  });

  function start(namespaces: readonly string[], ...kinds: Kind[]) {
    const metrics = createRuntimeMetrics('x');
    const write = (message: string): void => void logged.push(message);
    const manager = createManager({
      ...OPTIONS,
      leaderElection,
      client: api,
      namespaces,
      controllers: kinds.map(aController),
      metrics,
      log: { info: write, warn: write, error: write, debug: write },
    });
    ended = manager.run(stop.signal);
    return { metrics, faults: () => manager.checks.map(({ fault }) => fault()) };
  }

  const has = (kind: Kind, namespace: string, ...objects: KubeObject[]): void =>
    void api.lists.set(pathOf(kind, namespace), objects);

  it('runs every controller of its list on caches that they share', async () => {
    has(APP, '', anObject(1, { namespace: 'travel', name: 'app' }));
    has(BACKUP, '', anObject(2, { namespace: 'travel', name: 'backup' }));
    has(JOB, '', anObject(3, { namespace: 'travel', name: 'job' }));
    const { metrics, faults } = start([], APP, BACKUP);
    await until('both have reconciled', () => reconciled.length === 2);
    expect(reconciled.sort()).to.deep.equal(['App travel/app 1', 'Backup travel/backup 1']);
    expect(faults()).to.deep.equal([undefined]);
    const text = await metrics.registry.metrics();
    for (const controller of ['app', 'backup']) {
      expect(text).to.contain(`controller_runtime_reconcile_total{controller="${controller}",result="success"} 1`);
      expect(text).to.contain(`workqueue_depth{name="${controller}",controller="${controller}"} 0`);
    }
  });

  it('knows which API groups are served before it reconciles anything, and asks until it is told', async () => {
    groups = ['served.example.com', 'other.example.com'];
    has(APP, '', anObject(1, { namespace: 'travel', name: 'app' }));
    api.faults.set('/apis/served.example.com', new Error('connection refused'));
    api.faults.set('/apis/other.example.com', new ApiError(404, 'NotFound', 'no such group'));
    start([], APP);
    await until('it has asked in vain', () => logged.includes('Discovery failed'));
    expect([reconciled, logged.includes('Caches are filled')]).to.deep.equal([[], false]);
    api.faults.delete('/apis/served.example.com');
    await until('it has reconciled', () => reconciled.length === 1);
    expect(reconciled).to.deep.equal(['App travel/app 0 served.example.com']);
  });

  it('serves the other namespaces while one is refused, and that one as soon as it is not', async () => {
    const forbidden = new ApiError(403, 'Forbidden', 'jobs is forbidden');
    api.faults.set(pathOf(JOB, 'late'), forbidden);
    for (const namespace of ['travel', 'late']) has(APP, namespace, anObject(1, { namespace, name: 'app' }));
    const { metrics, faults } = start(['travel', 'late'], APP);
    await until('the one is served', () => reconciled.length === 1);
    expect(reconciled).to.deep.equal(['App travel/app 0']);
    expect(faults()).to.deep.equal([undefined]);
    expect(await metrics.registry.metrics()).to.contain('x_namespace_served{namespace="late"} 0');
    expect(logged.filter((line) => line.includes('refuses'))).to.have.length(1);
    has(JOB, 'late', anObject(3, { namespace: 'late', name: 'job' }));
    api.faults.clear();
    await until('the other is served', () => reconciled.length === 2);
    expect(reconciled[1]).to.equal('App late/app 1');
    expect(await metrics.registry.metrics()).to.contain('x_namespace_served{namespace="late"} 1');
  });

  for (const namespace of ['travel', '']) {
    const where = namespace === '' ? 'the whole cluster' : 'a namespace';
    it(`leaves ${where} alone while a right is missing that it had, and catches up when it has it again`, async () => {
      result = { requeueAfterMs: 5 };
      has(APP, namespace, anObject(1, { namespace: 'travel', name: 'app' }));
      has(JOB, namespace, anObject(3, { namespace: 'travel', name: 'job' }));
      start(namespace === '' ? [] : [namespace], APP);
      await until('it is served', () => reconciled.includes('App travel/app 1'));
      const paths = [APP, JOB].map((kind) => pathOf(kind, namespace));
      for (const path of paths) api.faults.set(path, new ApiError(403, 'Forbidden', 'forbidden'));
      api.reconnect();
      await until('both are refused', () => paths.every((path) => api.failed.includes(path)));
      const { length } = reconciled;
      has(APP, namespace, anObject(12, { namespace: 'travel', name: 'app' }));
      has(JOB, namespace);
      api.faults.delete(pathOf(APP, namespace));
      await until('the change arrives', () => seen.includes('12'));
      expect(reconciled).to.have.length(length);
      api.faults.clear();
      await until('it is served again', () => reconciled.length > length);
      expect(reconciled[length]).to.equal('App travel/app 0');
    });
  }

  it('reconciles everything at once when the API server answers again, also what is due much later', async () => {
    result = { requeueAfterMs: 3_600_000 };
    let isAway = false;
    class Leasing extends WatchedApi {
      override request<T>(request: ApiRequest): Promise<T> {
        if (isAway && request.path.includes('/leases/')) return Promise.reject(new Error('connection refused'));
        return super.request(request);
      }
    }
    api = new Leasing();
    has(APP, '', anObject(1, { namespace: 'travel', name: 'app' }));
    leaderElection = true;
    start([], APP);
    await until('it has reconciled', () => reconciled.length === 1);
    isAway = true;
    await until('a renewal fails', () => logged.includes('Failed to renew the lease'));
    isAway = false;
    await until('it reconciles again', () => reconciled.length === 2);
  }).timeout(30_000);

  it('is not ready while every namespace is refused', async () => {
    api.faults.set(pathOf(APP, 'gone'), new ApiError(404, 'NotFound', 'the server could not find it'));
    const { faults } = start(['gone'], APP);
    await until('it is refused', () => logged.some((line) => line.includes('refuses')));
    await until('it hears of the other kind', () => faults().join() === 'no watch events for App');
    expect(logged).not.to.include('Caches are filled');
  });
});
