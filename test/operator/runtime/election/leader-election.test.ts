import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from '../../../../operator/runtime/client/api-error.ts';
import { LeaderElection, type LeaseOptions } from '../../../../operator/runtime/election/leader-election.ts';
import type { KubeObject } from '../../../../operator/runtime/client/kinds.ts';
import { FakeApi } from '../../../support/fake-api.ts';
import { until } from '../../../support/until.ts';

/** Whoever waited for such a lease to expire would not be done within a test. */
const ENDLESS = { leaseMs: 3_600_000, renewMs: 3_000_000 };
const PATH = '/apis/coordination.k8s.io/v1/namespaces/system/leases/operator';

interface LeaseSpec {
  holderIdentity: string;
  leaseDurationSeconds: number;
  leaseTransitions: number;
  acquireTime: string;
  renewTime: string;
}

describe('the leader election', () => {
  let api: FakeApi;
  let stop: AbortController;

  beforeEach(() => {
    api = new FakeApi();
    stop = new AbortController();
  });

  afterEach(() => stop.abort());

  // A lease is a second at least: its duration is told in whole seconds.
  const candidate = (identity: string, options: Partial<LeaseOptions> = {}): LeaderElection =>
    new LeaderElection(api, {
      namespace: 'system',
      name: 'operator',
      identity,
      leaseMs: 1_000,
      renewMs: 700,
      retryMs: 20,
      ...options,
    });
  /** Longer than any pause of a busy machine: who renews such a lease does not lose it. */
  const SECONDS = { leaseMs: 4_000, renewMs: 3_000 };
  const puts = (): number => api.requests.filter(({ method }) => method === 'PUT').length;
  const spec = (): LeaseSpec => api.objects.get(PATH)?.spec as LeaseSpec;
  const takenBy = <T extends KubeObject>(holderIdentity: string, lease: T): T => ({
    ...lease,
    metadata: { ...lease.metadata, resourceVersion: '999' },
    spec: { ...spec(), holderIdentity },
  });
  const failing = (): never => {
    throw new ApiError(500, 'InternalError', 'broken');
  };

  it('takes a lease that nobody has had, and says who and for how long', async () => {
    const one = candidate('one');
    expect(one.isLeader()).to.equal(false);
    await one.acquire(stop.signal);
    expect(one.isLeader()).to.equal(true);
    expect(spec()).to.include({ holderIdentity: 'one', leaseDurationSeconds: 1, leaseTransitions: 0 });
    expect(spec().renewTime).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  });

  it('renews while it leads', async () => {
    const one = candidate('one', ENDLESS);
    await one.acquire(stop.signal);
    const { acquireTime } = spec();
    const leadsUntil = (): number => performance.now() + one.leadsForMs();
    const before = leadsUntil();
    const held = one.hold(stop.signal);
    await until('it has renewed', () => puts() >= 10);
    expect(leadsUntil()).to.be.above(before + 100);
    expect(spec()).to.include({ acquireTime, leaseTransitions: 0 });
    stop.abort();
    expect(await held).to.equal('released');
  });

  it('gives the lease back when it is told to stop, so that the next need not wait', async () => {
    const one = candidate('one', ENDLESS);
    const two = candidate('two', ENDLESS);
    await one.acquire(stop.signal);
    const held = one.hold(stop.signal);
    const other = new AbortController();
    const acquired = two.acquire(other.signal);
    await until('the other has asked twice', () => api.requests.filter(({ method }) => method === 'GET').length > 2);
    expect(two.isLeader()).to.equal(false);
    stop.abort();
    expect(await held).to.equal('released');
    expect(one.isLeader()).to.equal(false);
    await acquired;
    expect(spec()).to.include({ holderIdentity: 'two', leaseTransitions: 1 });
  });

  it('gives back what it wins while it is told to stop', async () => {
    const one = candidate('one');
    api.fault = ({ method }) => {
      if (method === 'POST') stop.abort();
    };
    expect(await one.acquire(stop.signal).catch(() => 'stopped')).to.equal('stopped');
    expect(one.isLeader()).to.equal(false);
    expect(spec().holderIdentity).to.equal('');
  });

  it('asks for nothing while another leads, where it can watch', async () => {
    api.isWatched = true;
    const one = candidate('one', SECONDS);
    const two = candidate('two', { ...SECONDS, retryMs: 200 });
    await one.acquire(stop.signal);
    const held = one.hold(stop.signal);
    const waiting = two.acquire(stop.signal).catch(() => 'stopped');
    await sleep(300);
    const reads = (): number => api.requests.filter(({ method }) => method === 'GET').length;
    const before = reads();
    await sleep(4_500);
    expect(reads(), 'though the lease would have expired meanwhile').to.equal(before);
    stop.abort();
    await held;
    expect(await waiting).to.equal('stopped');
  });

  it('takes at once what is given back, where it can watch', async () => {
    api.isWatched = true;
    const one = candidate('one', ENDLESS);
    await one.acquire(stop.signal);
    const held = one.hold(stop.signal);
    // It would not ask by itself.
    const acquired = candidate('two', { ...ENDLESS, retryMs: 3_600_000 }).acquire(new AbortController().signal);
    await until('the other has asked', () => api.requests.filter(({ method }) => method === 'GET').length > 1);
    stop.abort();
    await held;
    await acquired;
    expect(spec().holderIdentity).to.equal('two');
  });

  it('takes its own lease up again at once, where it can watch', async () => {
    await candidate('one', ENDLESS).acquire(stop.signal);
    api.isWatched = true;
    api.fault = failing;
    const one = candidate('one', { ...ENDLESS, retryMs: 50 });
    const asked = api.requests.length;
    const acquired = one.acquire(stop.signal);
    await until('it is refused', () => api.requests.length > asked);
    api.fault = undefined;
    await acquired;
    expect(one.isLeader()).to.equal(true);
  });

  it('takes over what is no longer renewed, where it can watch', async () => {
    api.isWatched = true;
    const one = candidate('one');
    await one.acquire(stop.signal);
    const two = candidate('two');
    await two.acquire(stop.signal);
    expect([one.isLeader(), two.isLeader()]).to.deep.equal([false, true]);
  });

  it('renews its lease without reading it first', async () => {
    const one = candidate('one');
    await one.acquire(stop.signal);
    const held = one.hold(stop.signal);
    await until('it has renewed', () => api.requests.filter(({ method }) => method === 'PUT').length > 2);
    stop.abort();
    await held;
    expect(api.requests.filter(({ method }) => method === 'GET')).to.have.length(1);
    expect(one.slowRenewals).to.equal(1);
    expect(spec().holderIdentity).to.equal('');
  });

  it('lets one alone win of many who try at once', async () => {
    const candidates = ['a', 'b', 'c', 'd'].map((identity) => candidate(identity));
    const trying = candidates.map((each) => each.acquire(stop.signal).catch(() => undefined));
    await until('somebody leads', () => candidates.some((each) => each.isLeader()));
    await sleep(100);
    expect(candidates.filter((each) => each.isLeader())).to.have.length(1);
    stop.abort();
    await Promise.all(trying);
  });

  it("stops leading by its own clock before the lease can be another's", async () => {
    const one = candidate('one');
    const two = candidate('two');
    await one.acquire(stop.signal);
    void two.acquire(stop.signal).catch(() => undefined);
    const seen = new Set<string>();
    await until('the second leads', () => {
      seen.add([one.isLeader(), two.isLeader()].join());
      return two.isLeader();
    });
    expect([...seen].at(-1), 'in the end').to.equal('false,true');
    expect(seen).to.not.include('true,true');
  });

  it('counts from the moment before the renewal was sent, not from its answer', async () => {
    const one = candidate('one', { renewMs: 100 });
    api.fault = () => sleep(80);
    await one.acquire(stop.signal);
    await sleep(30);
    expect(one.isLeader()).to.equal(false);
  });

  it('loses the lease when renewals fail until the deadline, and tells of each', async () => {
    const errors: unknown[] = [];
    const one = candidate('one', { renewMs: 500, onError: (error) => errors.push(error) });
    await one.acquire(stop.signal);
    api.fault = failing;
    expect(await one.hold(stop.signal)).to.equal('lost');
    expect(one.isLeader()).to.equal(false);
    expect(errors.length).to.be.above(1);
  });

  it('loses the lease though the answer to a renewal goes on for ever', async () => {
    const one = candidate('one', { renewMs: 300 });
    await one.acquire(stop.signal);
    api.fault = ({ signal }) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('given up'))));
    expect(await one.hold(stop.signal)).to.equal('lost');
  });

  it('outlasts a failure that is shorter than the deadline', async () => {
    const one = candidate('one', ENDLESS);
    await one.acquire(stop.signal);
    const leadsUntil = (): number => performance.now() + one.leadsForMs();
    const before = leadsUntil();
    const held = one.hold(stop.signal);
    api.fault = failing;
    const failed = api.requests.length;
    await until('renewals fail', () => api.requests.length > failed + 1);
    api.fault = undefined;
    await until('it has renewed', () => leadsUntil() > before + 1);
    expect(one.isLeader()).to.equal(true);
    stop.abort();
    expect(await held).to.equal('released');
  });

  it('is lost at once when another holds it', async () => {
    const one = candidate('one');
    await one.acquire(stop.signal);
    const lease = api.objects.get(PATH);
    if (!lease) throw new Error('no lease');
    api.objects.set(PATH, takenBy('thief', lease));
    expect(await one.hold(stop.signal)).to.equal('lost');
    expect(spec().holderIdentity).to.equal('thief');
  });

  it('judges by its own clock whether another has expired, whatever times the lease tells', async () => {
    for (const renewTime of ['1999-01-01T00:00:00.000000Z', '2999-01-01T00:00:00.000000Z']) {
      api.objects.set(PATH, {
        metadata: { name: 'operator', namespace: 'system', resourceVersion: renewTime.slice(0, 4) },
        spec: { holderIdentity: 'dead', leaseDurationSeconds: 1, renewTime },
      });
      const started = performance.now();
      await candidate('one').acquire(stop.signal);
      expect(performance.now() - started).to.be.at.least(1_000);
    }
  });

  it('does not take over a lease that goes on changing', async () => {
    const one = candidate('one', SECONDS);
    await one.acquire(stop.signal);
    const held = one.hold(stop.signal);
    const two = candidate('two', SECONDS);
    const waiting = two.acquire(stop.signal).catch(() => 'stopped');
    await sleep(4_500);
    expect([one.isLeader(), two.isLeader()]).to.deep.equal([true, false]);
    stop.abort();
    await held;
    expect(await waiting).to.equal('stopped');
  });

  it('takes its own lease up again after a restart under the same name', async () => {
    await candidate('one', ENDLESS).acquire(stop.signal);
    await candidate('one', ENDLESS).acquire(stop.signal);
    expect(spec().leaseTransitions).to.equal(0);
  });

  it('does not give back what another has meanwhile', async () => {
    const one = candidate('one');
    await one.acquire(stop.signal);
    const held = one.hold(stop.signal);
    const lease = api.objects.get(PATH);
    if (!lease) throw new Error('no lease');
    api.objects.set(PATH, takenBy('two', lease));
    stop.abort();
    await held;
    expect(spec().holderIdentity).to.equal('two');
  });
});
