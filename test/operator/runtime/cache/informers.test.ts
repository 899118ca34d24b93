import { expect } from 'chai';
import { Informers } from '../../../../operator/runtime/cache/informers.ts';
import { createStores } from '../../../../operator/runtime/cache/stores.ts';
import { ApiError } from '../../../../operator/runtime/client/api-error.ts';
import { pathOf } from '../../../../operator/runtime/client/kinds.ts';
import type { Watch } from '../../../../operator/runtime/queue/controller.ts';
import { anObject } from '../../../support/kube-objects.ts';
import { until } from '../../../support/until.ts';
import { WatchedApi } from '../../../support/watched-api.ts';

const THING = { apiVersion: 'example.com/v1', kind: 'Thing', plural: 'things' };
const PART = { apiVersion: 'v1', kind: 'Part', plural: 'parts' };
const ROUTE = { apiVersion: 'gateway.example.com/v1', kind: 'Route', plural: 'routes' };
const WATCHES: readonly Watch[] = [THING, PART].map((kind) => ({ kind, keysOf: () => [] }));

const forbidden = new ApiError(403, 'Forbidden', 'parts is forbidden');
const broken = new Error('connect ECONNREFUSED');

describe('the caches of several namespaces', () => {
  let api: WatchedApi;
  let stop: AbortController;
  let ended: Promise<void>;
  let failed: string[];
  let hasStarted: boolean;

  beforeEach(() => {
    api = new WatchedApi();
    stop = new AbortController();
    ended = Promise.resolve();
    failed = [];
    hasStarted = false;
  });

  afterEach(async () => {
    stop.abort();
    await ended;
  });

  function start(...namespaces: string[]): Informers {
    return run(WATCHES, namespaces);
  }

  function run(watches: readonly Watch[], namespaces: readonly string[]): Informers {
    const onError = (_kind: unknown, _error: unknown, namespace = ''): void => void failed.push(namespace);
    const informers = new Informers(api, createStores(watches, onError), watches, {
      namespaces,
      onError,
      reflector: { backoff: () => 1 },
    });
    void informers.started.then(() => (hasStarted = true));
    ended = informers.run(stop.signal);
    return informers;
  }

  const parts = (namespace: string): string => pathOf(PART, namespace);
  const hasFailed = (namespace: string): boolean => failed.filter((name) => name === namespace).length > 3;

  for (const status of [403, 404]) {
    it(`are enough to start with when another namespace is refused with ${status}`, async () => {
      api.faults.set(parts('gone'), new ApiError(status, '', 'no'));
      const informers = start('travel', 'gone');
      await informers.started;
      expect(['travel', 'gone', 'other'].map((name) => informers.isSynced(name))).to.deep.equal([true, false, false]);
      const deaf = informers.expected.filter(({ silentMs }) => silentMs === undefined);
      expect(deaf).to.deep.equal([]);
      expect(informers.namespaces.map(({ denial }) => denial?.status)).to.deep.equal([undefined, status]);
    });
  }

  it('are waited for in a namespace that does not answer, or whose API server is away', async () => {
    api.faults.set(parts('slow'), 'silent');
    api.faults.set(parts('away'), broken);
    const informers = start('travel', 'slow', 'away');
    await until('it has tried several times', () => hasFailed('away'));
    expect([informers.isSynced('travel'), hasStarted]).to.deep.equal([true, false]);
    api.faults.clear();
    informers.restart();
    await informers.started;
    expect(informers.namespaces.every(({ isSynced }) => isSynced)).to.equal(true);
  });

  it('are waited for as long as every namespace is refused', async () => {
    for (const namespace of ['one', 'two']) api.faults.set(parts(namespace), forbidden);
    const informers = start('one', 'two');
    await until('both are refused', () => hasFailed('one') && hasFailed('two'));
    expect(hasStarted).to.equal(false);
    const deaf = informers.expected.filter(({ silentMs }) => silentMs === undefined);
    expect(deaf.map(({ kind }) => kind.kind)).to.deep.equal(['Part', 'Part']);
    api.faults.delete(parts('one'));
    await informers.started;
  });

  it('are waited for in the whole cluster, refused or not', async () => {
    api.faults.set(parts(''), forbidden);
    const informers = start();
    await until('it is refused', () => hasFailed(''));
    expect([hasStarted, informers.expected.length]).to.deep.equal([false, 2]);
    api.faults.clear();
    await informers.started;
    expect(informers.isSynced('anywhere')).to.equal(true);
  });

  for (const namespace of ['travel', '']) {
    it(`are not up to date while a kind is refused later, ${namespace === '' ? 'in the whole cluster' : 'in one of them'}`, async () => {
      const informers = start(...(namespace === '' ? [] : [namespace, 'other']));
      await informers.started;
      const synced: string[] = [];
      informers.onSynced((name) => synced.push(name));
      api.faults.set(parts(namespace), forbidden);
      api.reconnect();
      await until('it is refused', () => hasFailed(namespace));
      expect(informers.isSynced('travel')).to.equal(false);
      expect(informers.isSynced('other')).to.equal(namespace !== '');
      expect(synced).to.deep.equal([]);
      api.faults.clear();
      await until('it is told', () => synced.length === 1);
      expect([synced, informers.isSynced('travel')]).to.deep.equal([[namespace], true]);
    });
  }

  it('stay up to date while an optional kind is refused later', async () => {
    api.resources = [{ name: ROUTE.plural }];
    const informers = run([...WATCHES, { kind: ROUTE, keysOf: () => [], wantedBy: () => [] }], []);
    await informers.started;
    api.faults.set(pathOf(ROUTE, ''), forbidden);
    api.reconnect();
    await until('it is refused', () => informers.namespaces[0]?.denial === forbidden);
    expect(informers.isSynced('travel')).to.equal(true);
  });

  it('fill as soon as the namespace grants the rights', async () => {
    api.faults.set(parts('late'), forbidden);
    api.lists.set(pathOf(THING, 'late'), [anObject(1, { namespace: 'late', name: 'waiting' })]);
    const informers = start('travel', 'late');
    await informers.started;
    api.faults.clear();
    await until('it is synced', () => informers.isSynced('late'));
    expect(informers.namespaces.map(({ denial }) => denial)).to.deep.equal([undefined, undefined]);
    expect(informers.stores.get('Thing')?.get('late', 'waiting')).not.to.equal(undefined);
  });
});

describe('the stores of several controllers', () => {
  const watch: Watch = { kind: THING, labelSelector: 'app', keysOf: () => [] };
  const create = (...watches: Watch[]) => createStores(watches, () => undefined);

  it('are one for each kind', () => {
    expect([
      ...create(watch, { kind: PART, keysOf: () => [] }, { ...watch, keysOf: () => ['a'] }).keys(),
    ]).to.deep.equal(['Thing', 'Part']);
  });

  it('cannot be shared by watches that select other objects', () => {
    expect(() => create(watch, { ...watch, labelSelector: 'other' })).to.throw('Two watches of Thing differ');
  });
});
