import { expect } from 'chai';
import { Cluster } from '../../../../operator/runtime/apply/cluster.ts';
import { systemClock } from '../../../../operator/runtime/clock.ts';
import { Drift } from '../../../../operator/runtime/apply/drift.ts';
import type { ApiRequest } from '../../../../operator/runtime/client/api-client.ts';
import { ApiError, isConflict } from '../../../../operator/runtime/client/api-error.ts';
import type { Kind, KubeObject } from '../../../../operator/runtime/client/kinds.ts';
import { Store } from '../../../../operator/runtime/cache/store.ts';
import { FakeApi } from '../../../support/fake-api.ts';
import { anObject } from '../../../support/kube-objects.ts';

const CONFIG_MAP: Kind = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps' };
const PATH = '/api/v1/namespaces/travel/configmaps/thing';

describe('what the cluster removes', () => {
  let api: FakeApi;
  let store: Store<KubeObject>;
  let cluster: Cluster;

  beforeEach(() => {
    api = new FakeApi();
    store = new Store<KubeObject>({ onHandlerError: () => undefined });
    const drift = new Drift({ clock: systemClock, now: () => new Date() });
    cluster = new Cluster(api, new Map([['ConfigMap', store]]), { wrote: () => undefined }, drift);
  });

  const owner = anObject(1, { uid: 'o', name: 'owner' });
  const live = anObject(3, { uid: 'a', name: 'thing' });

  it('is gone from the cache with the answer, before any event, also where it was gone already', async () => {
    for (const isThere of [true, false]) {
      store.observe('ADDED', live);
      if (isThere) api.objects.set(PATH, { ...live });
      await cluster.remove(CONFIG_MAP, live, owner);
      expect(store.get('travel', 'thing')).to.equal(undefined);
    }
  });

  it('stays in the cache while a finalizer holds it, as one that goes', async () => {
    store.observe('ADDED', live);
    const going = { ...live, metadata: { ...live.metadata, resourceVersion: '4', deletionTimestamp: new Date() } };
    api.request = <T>() => Promise.resolve(going as T);
    await cluster.remove(CONFIG_MAP, live, owner);
    expect(store.get('travel', 'thing')?.metadata.deletionTimestamp).to.not.equal(undefined);
  });

  it('is only what was seen: a namesake stays, and, where that is asked for, one that has changed since', async () => {
    const asked: unknown[] = [];
    api.request = <T>({ body }: ApiRequest) => {
      asked.push((body as { preconditions: unknown }).preconditions);
      return Promise.resolve(undefined as T);
    };
    await cluster.remove(CONFIG_MAP, live, owner);
    await cluster.remove(CONFIG_MAP, live, owner, { isAsSeen: true });
    expect(asked).to.deep.equal([{ uid: 'a' }, { uid: 'a', resourceVersion: '3' }]);
  });
});

describe('what the cluster applies', () => {
  it('is named where the API server refuses it, with the kind of error and its cause', async () => {
    const store = new Store<KubeObject>({ onHandlerError: () => undefined });
    const api = new FakeApi();
    const cluster = new Cluster(api, new Map([['ConfigMap', store]]), { wrote: () => undefined });
    const owner = anObject(1, { uid: 'o', name: 'owner' });
    const apply = async (): Promise<unknown> => {
      try {
        await cluster.create(CONFIG_MAP, anObject(0, { name: 'thing' }), { manager: 'us', owner });
        return undefined;
      } catch (error) {
        return error;
      }
    };
    const failed = new ApiError(500, 'InternalError', 'failed calling webhook "policy.example.com"', 3_000);
    api.fault = () => {
      throw failed;
    };
    const error = await apply();
    expect(error).to.be.instanceOf(ApiError).with.property('cause', failed);
    expect(error).to.include({
      message: 'applying ConfigMap travel/thing: failed calling webhook "policy.example.com"',
      ...{ status: 500, reason: 'InternalError', retryAfterMs: 3_000 },
    });
    api.fault = () => {
      throw new ApiError(409, 'AlreadyExists', 'it is there');
    };
    expect(isConflict(await apply())).to.equal(true);
    const broken = new Error('PATCH /api: connection refused');
    api.fault = () => {
      throw broken;
    };
    expect(await apply()).to.equal(broken);
  });

  it('is remembered as it was applied, though somebody has changed it by the time of the answer', async () => {
    const store = new Store<KubeObject>({ onHandlerError: () => undefined });
    const drift = new Drift({ clock: systemClock, now: () => new Date() });
    const api = new FakeApi();
    const cluster = new Cluster(api, new Map([['ConfigMap', store]]), { wrote: () => undefined }, drift);
    const owner = anObject(1, { uid: 'o', name: 'owner' });
    const [made, changed] = [anObject(3, { name: 'thing' }), anObject(4, { name: 'thing' })];
    api.request = <T>() => {
      store.observe('ADDED', changed);
      return Promise.resolve(made as T);
    };
    await cluster.create(CONFIG_MAP, anObject(0, { name: 'thing' }), { manager: 'us', owner });
    expect(drift.of(owner).settled('ConfigMap/thing')?.live.metadata.resourceVersion).to.equal('3');
  });
});

describe('the status that the cluster writes', () => {
  it('goes with all metadata but the managed fields, so that an old API server forgets none of who applied them', async () => {
    const api = new FakeApi();
    const sent: unknown[] = [];
    const live = anObject(3, { uid: 'a', name: 'thing', annotations: { note: 'kept' }, labels: { team: 'kept' } });
    const managedFields = [{ manager: 'kubectl', operation: 'Apply' }];
    api.request = <T>({ body }: ApiRequest) => {
      sent.push(body);
      return Promise.resolve(live as T);
    };
    const store = new Store<KubeObject>({ onHandlerError: () => undefined });
    const drift = new Drift({ clock: systemClock, now: () => new Date() });
    const cluster = new Cluster(api, new Map([['ConfigMap', store]]), { wrote: () => undefined }, drift);
    await cluster.writeStatus(CONFIG_MAP, {
      ...live,
      metadata: { ...live.metadata, managedFields },
      status: { is: 'so' },
    });
    const { apiVersion, kind } = CONFIG_MAP;
    expect(sent).to.deep.equal([{ apiVersion, kind, metadata: live.metadata, status: { is: 'so' } }]);
  });
});
