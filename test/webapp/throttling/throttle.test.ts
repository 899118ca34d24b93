import { expect } from 'chai';
import { DatabaseAwayError } from '../../../webapp/database/errors.ts';
import { createSigner } from '../../../webapp/signer.ts';
import { createMemoryStore } from '../../../webapp/throttling/memory-store.ts';
import { createThrottle, type Counter, TooMany } from '../../../webapp/throttling/throttle.ts';
import type { ThrottleStore } from '../../../webapp/throttling/throttle-store.ts';

const HOUR = 3600;

function aCounter(name: string, count: number, more: Partial<Counter> = {}): Counter {
  return { key: [name], limit: { count, seconds: HOUR }, ...more };
}

function aThrottle(shared: ThrottleStore = createMemoryStore()) {
  let time = Date.UTC(2030, 0, 1);
  const throttle = createThrottle({
    shared,
    insurance: createMemoryStore(),
    signer: createSigner(['only for tests 0123456789'], 'throttle'),
    clock: { now: () => new Date(time) },
  });
  const attempt = async (counters: readonly Counter[], outcome: 'failure' | 'success' = 'failure') => {
    const result = await throttle.run(
      counters,
      () => Promise.resolve(outcome),
      (one) => one === 'failure',
    );
    return result instanceof TooMany ? result.seconds : result;
  };
  return { throttle, attempt, pass: (seconds: number) => (time += seconds * 1000) };
}

describe('A throttle', () => {
  it('refuses what is beyond the limit until the window of the first has ended', async () => {
    const { attempt, pass } = aThrottle();
    const counters = [aCounter('a', 2)];
    expect(await attempt(counters)).to.equal('failure');
    pass(600);
    expect(await attempt(counters)).to.equal('failure');
    expect(await attempt(counters)).to.equal(3000);
    pass(2999.5);
    expect(await attempt(counters)).to.equal(1);
    pass(0.5);
    expect(await attempt(counters)).to.equal('failure');
  });

  it('does not count successes, and begins anew after one only where failures in a row are counted', async () => {
    const { attempt } = aThrottle();
    const counters = [aCounter('row', 2, { inARow: true }), aCounter('all', 3)];
    for (const outcome of ['success', 'failure', 'success', 'success', 'failure', 'success', 'failure'] as const) {
      expect(await attempt(counters, outcome)).to.equal(outcome);
    }
    expect(await attempt([aCounter('row', 2)], 'success')).to.equal('success');
    expect(await attempt([aCounter('all', 3)], 'success')).to.equal(HOUR);
  });

  it('counts an attempt that one counter refuses in none of the others', async () => {
    const { attempt } = aThrottle();
    const [first, full] = [aCounter('first', 2), aCounter('full', 1)];
    await attempt([full]);
    for (let times = 0; times < 5; times++) expect(await attempt([first, full])).to.equal(HOUR);
    expect(await attempt([first])).to.equal('failure');
    expect(await attempt([first])).to.equal('failure');
  });

  it('counts before the outcome is known: of many at once none slips through', async () => {
    const { throttle } = aThrottle();
    let made = 0;
    const { promise: end, resolve } = Promise.withResolvers<undefined>();
    const work = () => {
      made++;
      return end;
    };
    const all = Array.from({ length: 20 }, () => throttle.run([aCounter('a', 3)], work, () => true));
    setImmediate(() => resolve(undefined));
    const refused = (await Promise.all(all)).filter((result) => result instanceof TooMany);
    expect([made, refused.length]).to.deep.equal([3, 17]);
  });

  it('is full after as many attempts as the limit allows, until the window ends, and counts no look', async () => {
    const { throttle, attempt, pass } = aThrottle();
    const counter = aCounter('a', 2);
    const looks: boolean[] = [];
    const look = async () => looks.push(await throttle.isFull(counter), await throttle.isFull(counter));
    for (let times = 0; times < 2; times++) {
      await look();
      await attempt([counter]);
    }
    await look();
    pass(HOUR);
    await look();
    expect(looks).to.deep.equal([false, false, false, false, true, true, false, false]);
    expect(await throttle.isFull({ ...counter, limit: 'off' })).to.equal(false);
  });

  it('takes back what ended in an error', async () => {
    const { throttle, attempt } = aThrottle();
    const failing = () => throttle.run([aCounter('a', 1)], () => Promise.reject(new Error('lost')), () => true); // prettier-ignore
    for (let times = 0; times < 3; times++) {
      expect(String(await failing().catch((error: unknown) => error))).to.equal('Error: lost');
    }
    expect(await attempt([aCounter('a', 1)])).to.equal('failure');
  });

  it('counts by itself while the shared store is away, and does not hide what else is wrong with it', async () => {
    const broken = (error: Error): ThrottleStore => ({
      take: () => Promise.reject(error),
      isFull: () => Promise.reject(error),
      giveBack: () => Promise.reject(error),
      sweep: () => Promise.reject(error),
    });
    const { attempt, throttle } = aThrottle(broken(new DatabaseAwayError()));
    expect(await throttle.isFull(aCounter('a', 1))).to.equal(false);
    expect(await attempt([aCounter('a', 1)])).to.equal('failure');
    expect(await throttle.isFull(aCounter('a', 1))).to.equal(true);
    expect(await attempt([aCounter('a', 1)])).to.equal(HOUR);
    const { attempt: attemptIt } = aThrottle(broken(new Error('no such column')));
    const error: unknown = await attemptIt([aCounter('a', 1)]).catch((reason: unknown) => reason);
    expect(String(error)).to.include('no such column');
  });

  it('counts nothing that is off', async () => {
    const { attempt } = aThrottle();
    for (let times = 0; times < 30; times++) {
      expect(await attempt([{ key: ['a'], limit: 'off' }])).to.equal('failure');
    }
  });

  it('keeps no more in memory than it may, and sweeps what has expired', async () => {
    const store = createMemoryStore(2);
    const take = (name: string, at: number) => store.take(Buffer.from(name), { count: 1, seconds: 1 }, new Date(at));
    for (const name of ['a', 'b', 'c']) expect(await take(name, 0)).to.equal(undefined);
    expect(await take('c', 999)).to.deep.equal(new Date(1000));
    expect(await take('a', 999)).to.equal(undefined);
    await store.sweep(new Date(1000));
    expect(await take('c', 999)).to.equal(undefined);
  });
});
