import type { ApiClient } from '../../../operator/runtime/client/api-client.ts';
import { ApiError } from '../../../operator/runtime/client/api-error.ts';
import type { Clock } from '../../../operator/runtime/clock.ts';
import { Cluster } from '../../../operator/runtime/apply/cluster.ts';
import { Informers } from '../../../operator/runtime/cache/informers.ts';
import { createStores } from '../../../operator/runtime/cache/stores.ts';
import { enqueueChanges, enqueueUsers, type Add } from '../../../operator/runtime/queue/enqueue.ts';
import { runController, type Reconcile } from '../../../operator/runtime/queue/controller.ts';
import { Drift } from '../../../operator/runtime/apply/drift.ts';
import { TerminalError, WaitingError } from '../../../operator/runtime/queue/errors.ts';
import { EventRecorder } from '../../../operator/runtime/telemetry/events.ts';
import { keyOf, type Kind, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { exponential, WorkQueue } from '../../../operator/runtime/queue/work-queue.ts';
import { VACATION_APP } from '../../../operator/api/vacation-app.ts';
import { vacationAppController } from '../../../operator/vacation-app/controller.ts';
import { createReconcile } from '../../../operator/vacation-app/reconcile.ts';
import { DEFAULTS } from '../../support/vacation-app.ts';
import { isObstruction } from './obstacle.ts';

/** A connection that broke, as the client tells it. */
export class BrokenConnectionError extends Error {
  override readonly name = 'BrokenConnectionError';
}

/** One life of the operator, from its start until it is killed. */
export interface OperatorLife {
  /** Looks at every app again, as it does now and then. */
  resync(): void;
  /** The app as its cache has had it since the reconcile began that is under way. */
  known(): readonly KubeObject[];
  /** Whether it has looked at everything, and need not try anything again. */
  isAtRest(): boolean;
  /** What kept the last reconcile from getting through. */
  lastError(): unknown;
  end(): void;
  /** Errors that no fault of the surroundings explains. */
  readonly faults: readonly unknown[];
}

export interface LifeOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly now: () => Date;
  readonly workers: number;
  readonly random: (bytes: number) => string;
}

/** The operator's own parts, put together as the manager does, without election and servers. */
export function startLife({ client, clock, now, workers, random }: LifeOptions): OperatorLife {
  const faults: unknown[] = [];
  const judge = (error: unknown): void => {
    if (!(error instanceof ApiError) && !(error instanceof BrokenConnectionError)) faults.push(error);
  };
  const queue = new WorkQueue(exponential(20, 60_000), clock);
  let isLeading = false;
  const controller = vacationAppController(DEFAULTS);
  const onError = (_kind: Kind, error: unknown): void => judge(error);
  const stores = createStores(controller.watches, onError);
  const informers = new Informers(client, stores, controller.watches, { namespaces: [], onError });
  const add: Add = (key, priority) => {
    if (isLeading) queue.add(key, priority);
  };
  const cluster = new Cluster(client, stores, { wrote: () => undefined }, new Drift({ clock, now }));
  enqueueChanges(controller, stores, { add, isOurWriter: (writer) => writer === cluster });
  enqueueUsers(controller, informers, add);
  const recorder = new EventRecorder(client, { component: 'vacation-operator', instance: 'simulated', onError: judge });
  const reconcile = createReconcile({
    cluster,
    defaults: DEFAULTS,
    publish: (about, note) => recorder.publish(about, note),
    now,
    clock,
    random,
  });
  const apps = stores.get(VACATION_APP.kind);
  let known: KubeObject[] = [];
  apps?.onChange(({ after }) => {
    if (after) known.push(after);
  });
  let running = 0;
  let lastError: unknown;
  const remembering: Reconcile = async (key, signal) => {
    known = known.slice(-1);
    running += 1;
    try {
      const result = await reconcile(key, signal);
      lastError = undefined;
      return result;
    } catch (error) {
      lastError = error;
      throw error;
    } finally {
      running -= 1;
    }
  };
  const resync = (): void => {
    for (const app of apps?.list() ?? []) queue.add(keyOf(app), 'low');
  };
  const ending = new AbortController();
  void informers.run(ending.signal);
  void informers.started.then(() => {
    isLeading = true;
    resync();
    return runController(queue, remembering, {
      workers,
      deadlineMs: 60_000,
      metrics: { reconciled: () => undefined },
      onError: (_key, error) => judge(error),
    });
  });
  return {
    resync,
    known: () => known,
    isAtRest: () => isLeading && running === 0 && !isRetried(lastError),
    lastError: () => lastError,
    end: () => ending.abort(),
    faults,
  };
}

/** What stands in the way until somebody takes it away is told by the status; anything else is soon tried again. */
const isRetried = (error: unknown): boolean =>
  error !== undefined && !(error instanceof WaitingError) && !(error instanceof TerminalError) && !isObstruction(error);
