import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { exponential, WorkQueue } from '../../../../operator/runtime/queue/work-queue.ts';

describe('the work queue', () => {
  let queue: WorkQueue;

  beforeEach(() => {
    queue = new WorkQueue(exponential(10, 1_000));
  });

  afterEach(() => queue.close());

  it('hands out keys in the order in which they came', async () => {
    for (const key of ['a', 'b', 'c']) queue.add(key);
    expect([await queue.next(), await queue.next(), await queue.next()]).to.deep.equal(['a', 'b', 'c']);
  });

  it('holds a key once, however often it is added', () => {
    for (let count = 0; count < 5; count += 1) queue.add('a');
    queue.add('a', 'low');
    expect(queue.depth).to.equal(1);
  });

  it('hands a key that is being worked on to nobody else, and again when that is done', async () => {
    queue.add('a');
    await queue.next();
    const second = queue.next();
    queue.add('a');
    queue.add('a');
    queue.add('b');
    expect(await second).to.equal('b');
    expect(queue.depth).to.equal(0);
    queue.done('a');
    expect(queue.depth).to.equal(1);
    expect(await queue.next()).to.equal('a');
    queue.done('a');
    expect(queue.depth).to.equal(0);
  });

  it('hands a key to one alone of several who wait', async () => {
    const first = queue.next();
    const second = queue.next();
    queue.add('a');
    queue.add('a');
    queue.add('b');
    expect(await first).to.equal('a');
    expect(await second).to.equal('b');
  });

  it('serves low priority when there is nothing else', async () => {
    queue.add('first list', 'low');
    queue.add('resync', 'low');
    queue.add('person');
    expect([await queue.next(), await queue.next(), await queue.next()]).to.deep.equal([
      'person',
      'first list',
      'resync',
    ]);
  });

  it('serves what was newly declared before what follows from it', async () => {
    queue.add('follow-up');
    queue.add('new', 'high');
    queue.add('resync', 'low');
    expect([await queue.next(), await queue.next(), await queue.next()]).to.deep.equal(['new', 'follow-up', 'resync']);
  });

  it('starves nothing: one of five keys is of a lower priority, however many of a higher one come', async () => {
    const order: (string | undefined)[] = [];
    for (const name of ['f1', 'f2', 'f3']) queue.add(name);
    queue.add('r1', 'low');
    for (let count = 0; count < 20; count += 1) {
      for (const copy of ['a', 'b']) queue.add(`new ${count}${copy}`, 'high');
      const key = await queue.next();
      order.push(key);
      queue.done(key ?? '');
    }
    const passed = order.flatMap((key, index) => (key?.startsWith('new') ? [] : [`${index} ${key ?? ''}`]));
    expect(passed).to.deep.equal(['4 f1', '5 r1', '10 f2', '15 f3']);
  });

  it('raises a waiting key to the higher priority, and never lowers one', async () => {
    queue.add('a', 'low');
    queue.add('b', 'low');
    queue.add('b');
    queue.add('b', 'low');
    expect(queue.depth).to.equal(2);
    expect(await queue.next()).to.equal('b');
  });

  it('keeps the higher priority of a key that is wanted again while it is worked on', async () => {
    queue.add('a');
    await queue.next();
    queue.add('a');
    queue.add('a', 'low');
    queue.add('other', 'low');
    queue.done('a');
    expect(await queue.next()).to.equal('a');
  });

  it('adds after a delay, of several the soonest', async () => {
    const started = performance.now();
    queue.addAfter('a', 5_000_000);
    queue.addAfter('a', 20);
    queue.addAfter('a', 4_000_000);
    expect(queue.depth).to.equal(0);
    expect(await queue.next()).to.equal('a');
    expect(performance.now() - started).to.be.at.least(15);
  });

  it('survives a delay longer than a timer can hold', async () => {
    queue.addAfter('a', 2 ** 40);
    await sleep(20);
    expect(queue.depth).to.equal(0);
  });

  it('waits longer after every failure, and afresh after a success', () => {
    const asked: number[] = [];
    const counting = new WorkQueue((failures) => {
      asked.push(failures);
      return 60_000;
    });
    counting.retry('a');
    counting.retry('a');
    counting.retry('b');
    counting.forget('a');
    counting.retry('a');
    counting.close();
    expect(asked).to.deep.equal([1, 2, 1, 1]);
  });

  it('retries no sooner than the server asked', async () => {
    const started = performance.now();
    queue.retry('a', 60);
    await queue.next();
    expect(performance.now() - started).to.be.at.least(55);
  });

  it('doubles the delay up to its greatest', () => {
    const backoff = exponential(100, 60_000);
    expect([1, 2, 3, 10, 11, 2_000].map(backoff)).to.deep.equal([100, 200, 400, 51_200, 60_000, 60_000]);
  });

  it('once closed wakes who waits, hands out nothing, and takes nothing', async () => {
    const waiting = [queue.next(), queue.next()];
    queue.addAfter('late', 5);
    queue.close();
    expect(await Promise.all(waiting)).to.deep.equal([undefined, undefined]);
    queue.add('a');
    queue.addAfter('a', 1);
    expect(await queue.next()).to.equal(undefined);
    expect(queue.depth).to.equal(0);
  });
});
