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
  /** Look again after this long, though nothing may have changed. */
  readonly requeueAfterMs?: number;
}

/** Makes the world match one object. Told only its key: what happened does not matter, what is does. */
export type Reconcile = (key: string, signal: AbortSignal) => Promise<Result>;

/** A kind that a controller follows. */
export interface Watch {
  readonly kind: Kind;
  /** Only objects that it selects are cached. */
  readonly labelSelector?: string;
  /** What the cache holds of an object; all of it by default. */
  readonly transform?: (object: KubeObject) => KubeObject;
  /** The group that the cache finds an object by, besides its owners. */
  readonly groupOf?: (object: KubeObject) => string | undefined;
  /** The keys that a change of the object enqueues. */
  readonly keysOf: (object: KubeObject, stores: Stores) => readonly string[];
  /** Only of a kind that the cluster may lack: the keys of those that would use it. */
  readonly wantedBy?: (stores: Stores) => readonly string[];
}

/** What a reconcile is given, anew for each term of leadership. */
export interface ControllerContext {
  readonly cluster: Cluster;
  readonly publish: (about: KubeObject, note: EventNote) => Promise<void>;
  /** Those of the controller's groups that the cluster serves. */
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
  /** API groups of which it must know whether the cluster serves them. The manager asks once, before it reconciles anything. */
  readonly groups?: readonly string[];
  readonly priorityOf: (object: KubeObject) => Priority;
  readonly createReconcile: (context: ControllerContext) => Reconcile;
}

export interface ControllerOptions {
  readonly workers: number;
  /** After this long a reconcile is asked to stop, and counts as failed. */
  readonly deadlineMs: number;
  readonly metrics: ControllerMetrics;
  /** Failures that are retried with backoff; the reconcile itself reports waiting and terminal ones. */
  readonly onError: (key: string, error: unknown) => void;
}

/** Takes keys until the queue is closed; resolves when every worker has finished what it had begun. */
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

/** The one place that reacts to failure; what each kind of error means stands at its class. */
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
  return isMistake(error) ? 'panic' : 'error';
}

/** What no surroundings explain: a fault of the program itself. */
const isMistake = (error: unknown): boolean =>
  !(error instanceof Error) || [TypeError, ReferenceError, RangeError].some((mistake) => error instanceof mistake);
