import { expect } from 'chai';
import { ApiError } from '../../../../operator/runtime/client/api-error.ts';
import { runController, type Reconcile } from '../../../../operator/runtime/queue/controller.ts';
import { TerminalError, WaitingError } from '../../../../operator/runtime/queue/errors.ts';
import { WorkQueue } from '../../../../operator/runtime/queue/work-queue.ts';
import { until } from '../../../support/until.ts';

describe('the controller', () => {
  let queue: WorkQueue;
  let failures: number[];
  let results: string[];
  let errors: [string, unknown][];
  let running: Promise<void>;

  beforeEach(() => {
    failures = [];
    results = [];
    errors = [];
    queue = new WorkQueue((count) => {
      failures.push(count);
      return 1;
    });
  });

  afterEach(async () => {
    queue.close();
    await running;
  });

  function run(reconcile: Reconcile, workers = 1, deadlineMs = 1_000): void {
    running = runController(queue, reconcile, {
      workers,
      deadlineMs,
      metrics: { reconciled: (result) => results.push(result) },
      onError: (key, error) => errors.push([key, error]),
    });
  }

  /** Throws the errors one after another, then is content. */
  const throwing =
    (...thrown: Error[]): Reconcile =>
    () => {
      const error = thrown.shift();
      return error ? Promise.reject(error) : Promise.resolve({});
    };

  it('is done with a key that is reconciled', async () => {
    run(throwing());
    queue.add('a');
    await until('it is reconciled', () => results.length === 1);
    expect(results).to.deep.equal(['success']);
    expect(queue.depth).to.equal(0);
  });

  it('looks again when the reconcile asks for it', async () => {
    let looks = 0;
    run(() => Promise.resolve(++looks === 1 ? { requeueAfterMs: 5 } : {}));
    queue.add('a');
    await until('it has looked twice', () => results.length === 2);
    expect(results).to.deep.equal(['requeue_after', 'success']);
  });

  it('waits without counting a failure for what is not there yet', async () => {
    run(throwing(new Error('first'), new WaitingError('Waiting', 'not yet', { retryAfterMs: 5 }), new Error('second')));
    queue.add('a');
    await until('it is content', () => results.at(-1) === 'success');
    expect(results).to.deep.equal(['error', 'requeue_after', 'error', 'success']);
    expect(failures).to.deep.equal([1, 1]);
    expect(errors.map(([, error]) => (error as Error).message)).to.deep.equal(['first', 'second']);
  });

  it('leaves a key alone that only a change can help, until there is one', async () => {
    run(throwing(new TerminalError('NotOwned', 'foreign')));
    queue.add('a');
    await until('it has failed', () => results.length === 1);
    expect(results).to.deep.equal(['terminal']);
    expect([failures, errors]).to.deep.equal([[], []]);
    queue.add('a');
    await until('it is content', () => results.at(-1) === 'success');
  });

  it('retries anything else with backoff, which starts afresh after a success', async () => {
    run(throwing(new Error('one'), new TypeError('two')));
    queue.add('a');
    await until('it is content', () => results.at(-1) === 'success');
    expect(failures).to.deep.equal([1, 2]);
    queue.retry('a');
    expect(failures).to.deep.equal([1, 2, 1]);
  });

  it('retries no sooner than the API server asks', async () => {
    const started = performance.now();
    run(throwing(new ApiError(429, 'TooManyRequests', 'slow down', 60)));
    queue.add('a');
    await until('it is content', () => results.at(-1) === 'success');
    expect(performance.now() - started).to.be.at.least(55);
  });

  it('survives what is thrown though it is no error', async () => {
    run(throwing('text' as unknown as Error));
    queue.add('a');
    await until('it is content', () => results.at(-1) === 'success');
    expect(errors).to.deep.equal([['a', 'text']]);
  });

  it('works on several keys at once, and never on one twice at once', async () => {
    const active = new Set<string>();
    let together = 0;
    let twice = false;
    run(async (key) => {
      twice ||= active.has(key);
      active.add(key);
      together = Math.max(together, active.size);
      queue.add(key === 'a' && results.length < 3 ? 'a' : 'b');
      await new Promise((resolve) => setTimeout(resolve, 5));
      active.delete(key);
      return {};
    }, 3);
    for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
    await until('there was much to do', () => results.length > 8);
    expect(twice).to.equal(false);
    expect(together).to.equal(3);
  });

  it('tells a reconcile that takes too long to stop', async () => {
    let reason: Error | undefined;
    run(
      (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reason = signal.reason as Error;
            reject(reason);
          });
        }),
      1,
      20,
    );
    queue.add('a');
    await until('it was stopped', () => results.length >= 1);
    expect(results[0]).to.equal('timeout');
    expect(reason?.name).to.equal('TimeoutError');
  });

  it('finishes what it has begun when the queue is closed, and begins nothing', async () => {
    const gate = Promise.withResolvers<undefined>();
    const begun: string[] = [];
    run(async (key) => {
      begun.push(key);
      await gate.promise;
      return {};
    });
    queue.add('a');
    queue.add('b');
    await until('it has begun', () => begun.length === 1);
    queue.close();
    let ended = false;
    void running.then(() => (ended = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(ended).to.equal(false);
    gate.resolve(undefined);
    await running;
    expect(begun).to.deep.equal(['a']);
  });
});
