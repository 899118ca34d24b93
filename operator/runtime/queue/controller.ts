import type { Cluster } from '../apply/cluster.ts';
import type { Stores } from '../cache/store.ts';
import { ApiError } from '../client/api-error.ts';
import type { Kind, KubeObject } from '../client/kinds.ts';
import type { Clock } from '../clock.ts';
import type { ControllerMetrics } from '../telemetry/controller-metrics.ts';
import type { EventNote } from '../telemetry/events.ts';
import { TerminalError, WaitingError } from './errors.ts';
import type { Priority, WorkQueue } from './work-queue.ts';

export interface Result {
  /** Requeue the key after this long, even without an event. */
  readonly requeueAfterMs?: number;
}

/** Makes the cluster match one object. It gets the key only, because it must act on the current state, not on events. */
export type Reconcile = (key: string, signal: AbortSignal) => Promise<Result>;

/** A kind that a controller watches. */
export interface Watch {
  readonly kind: Kind;
  /** Only selected objects are watched and cached. */
  readonly labelSelector?: string;
  /** Reduces an object to what the cache holds. By default the cache holds everything. */
  readonly transform?: (object: KubeObject) => KubeObject;
  /** The key of the group that an object belongs to; see `Store.inGroup`. */
  readonly groupOf?: (object: KubeObject) => string | undefined;
  /** The keys that a change of the object enqueues. */
  readonly keysOf: (object: KubeObject, stores: Stores) => readonly string[];
  /** Only for an optional kind: the keys of the objects that use it. */
  readonly wantedBy?: (stores: Stores) => readonly string[];
}

/** The dependencies of a reconcile. Each term of leadership gets new ones. */
export interface ControllerContext {
  readonly cluster: Cluster;
  readonly publish: (about: KubeObject, note: EventNote) => Promise<void>;
  /** The controller's `groups` that the cluster serves. */
  readonly servedGroups: ReadonlySet<string>;
  readonly clock: Clock;
  /** The time of day. */
  readonly now: () => Date;
}

/** Everything that the manager needs to know of a controller. */
export interface Controller {
  /** Its label in metrics and logs. */
  readonly name: string;
  /** The kind that it reconciles; one of its watches is of this kind. */
  readonly kind: Kind;
  readonly watches: readonly Watch[];
  /** Optional API groups. The manager asks once, before the first reconcile, whether the cluster serves them. */
  readonly groups?: readonly string[];
  readonly priorityOf: (object: KubeObject) => Priority;
  readonly createReconcile: (context: ControllerContext) => Reconcile;
}

export interface ControllerOptions {
  readonly workers: number;
  /** After this long the signal of a reconcile aborts. */
  readonly deadlineMs: number;
  readonly metrics: ControllerMetrics;
  /** Called for failures that are retried with backoff. Waiting and terminal errors are not failures of the controller. */
  readonly onError: (key: string, error: unknown) => void;
}

/** Reconciles keys until the queue is closed. Resolves when every worker has finished its last key. */
export async function runController(queue: WorkQueue, reconcile: Reconcile, options: ControllerOptions): Promise<void> {
  await Promise.all(Array.from({ length: options.workers }, () => work(queue, reconcile, options)));
}

async function work(queue: WorkQueue, reconcile: Reconcile, options: ControllerOptions): Promise<void> {
  for (let key = await queue.next(); key !== undefined; key = await queue.next()) {
    const started = performance.now();
    const deadline = new AbortController();
    const timer = setTimeout(
      () => deadline.abort(new DOMException('The reconcile took too long', 'TimeoutError')),
      options.deadlineMs,
    ).unref();
    try {
      const { requeueAfterMs } = await reconcile(key, deadline.signal);
      queue.forget(key);
      if (requeueAfterMs !== undefined) queue.addAfter(key, requeueAfterMs);
      options.metrics.reconciled(
        requeueAfterMs === undefined ? 'success' : 'requeue_after',
        performance.now() - started,
      );
    } catch (error) {
      const result = react(queue, key, error, options);
      options.metrics.reconciled(
        result === 'error' && deadline.signal.aborted ? 'timeout' : result,
        performance.now() - started,
      );
    } finally {
      clearTimeout(timer);
      queue.done(key);
    }
  }
}

const TERMINAL_RECHECK_MS = 30_000;

/** The only place that reacts to errors. The class of each error says what it means. */
function react(
  queue: WorkQueue,
  key: string,
  error: unknown,
  options: ControllerOptions,
): 'requeue_after' | 'terminal' | 'panic' | 'error' {
  if (error instanceof WaitingError) {
    queue.forget(key);
    queue.addAfter(key, error.retryAfterMs);
    return 'requeue_after';
  }
  if (error instanceof TerminalError) {
    queue.forget(key);
    queue.addAfter(key, TERMINAL_RECHECK_MS);
    return 'terminal';
  }
  options.onError(key, error);
  queue.retry(key, error instanceof ApiError ? error.retryAfterMs : 0);
  return isBug(error) ? 'panic' : 'error';
}

/** A bug in the program, not a problem of its environment. */
const isBug = (error: unknown): boolean =>
  !(error instanceof Error) || [TypeError, ReferenceError, RangeError].some((type) => error instanceof type);
