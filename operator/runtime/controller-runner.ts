import { Cluster } from './apply/cluster.ts';
import { Drift } from './apply/drift.ts';
import type { Informers } from './cache/informers.ts';
import type { ApiClient } from './client/api-client.ts';
import { isConflict } from './client/api-error.ts';
import { splitKey } from './client/kinds.ts';
import { systemClock } from './clock.ts';
import type { Controller, ControllerContext, Reconcile } from './queue/controller.ts';
import { NotLeaderError } from './election/fenced.ts';
import { enqueueAll, enqueueChanges, enqueueUsers, type Add } from './queue/enqueue.ts';
import { runController } from './queue/controller.ts';
import { exponential, WorkQueue } from './queue/work-queue.ts';
import type { ControllerState } from './manager-state.ts';
import type { ControllerMetrics } from './telemetry/controller-metrics.ts';
import { errorFields, type Logger } from './telemetry/log.ts';
import type { RuntimeMetrics } from './telemetry/metrics.ts';
import type { QueueMetrics } from './telemetry/queue-metrics.ts';
import { SlowestReconciles } from './telemetry/slowest-reconciles.ts';

export interface RunnerOptions extends Pick<ControllerContext, 'publish' | 'now'> {
  readonly informers: Informers;
  /** Sends writes only while this process leads. */
  readonly writer: ApiClient;
  readonly workers: number;
  readonly metrics: RuntimeMetrics;
  readonly log: Logger;
}

/** The state of one term of leadership. It does not outlive the term, because another process may lead before the next one. */
interface Term {
  readonly queue: WorkQueue;
  readonly cluster: Cluster;
}

const RESYNC_MS = 600_000;
const DEADLINE_MS = 60_000;
/** What failed may pass by itself, such as a webhook that restarts: then it is made up for after so long at the latest. */
const LONGEST_BACKOFF_MS = 30_000;

/** Runs one controller with its queue. */
export class ControllerRunner {
  readonly #controller: Controller;
  readonly #options: RunnerOptions;
  readonly #metrics: { readonly controller: ControllerMetrics; readonly queue: QueueMetrics };
  readonly #slowest = new SlowestReconciles();
  #term: Term | undefined;

  constructor(controller: Controller, options: RunnerOptions) {
    this.#controller = controller;
    this.#options = options;
    const { informers, metrics, workers } = options;
    const { name, kind } = controller;
    this.#metrics = {
      controller: metrics.controller(name, workers),
      queue: metrics.queue(name, () => this.#term?.queue),
    };
    metrics.contested(name, () => this.#term?.cluster.drift.contested ?? 0);
    metrics.conditions(name, () => informers.stores.get(kind.kind)?.list() ?? []);
    this.#enqueueEvents();
  }

  get state(): ControllerState {
    const { depth = 0, unfinishedMs = [] } = this.#term?.queue ?? {};
    return { name: this.#controller.name, depth, unfinishedMs, slowest: this.#slowest.list };
  }

  /** Reconciles until the signal aborts, then finishes the reconciles in flight. */
  async run(servedGroups: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    const { writer, informers, metrics, workers, publish, now } = this.#options;
    const { name, createReconcile } = this.#controller;
    const queue = new WorkQueue(exponential(20, LONGEST_BACKOFF_MS), systemClock, this.#metrics.queue);
    const drift = new Drift({ clock: systemClock, now });
    const cluster = new Cluster(writer, informers.stores, metrics.writes(name), drift);
    this.#term = { queue, cluster };
    this.enqueueAll();
    const resync = setInterval(() => this.enqueueAll(), RESYNC_MS);
    signal.addEventListener('abort', () => queue.close(), { once: true });
    if (signal.aborted) queue.close();
    const reconcile = createReconcile({ cluster, publish, servedGroups, clock: systemClock, now });
    const reconcileSynced: Reconcile = async (key, aborted) => {
      if (!this.#isSynced(key)) return {};
      const started = systemClock.now();
      try {
        return await reconcile(key, aborted);
      } finally {
        this.#slowest.add({ key, ms: systemClock.now() - started, ended: now() });
      }
    };
    await runController(queue, reconcileSynced, {
      workers,
      deadlineMs: DEADLINE_MS,
      metrics: this.#metrics.controller,
      onError: (key, error) => this.#logFailure(key, error),
    });
    clearInterval(resync);
    this.#term = undefined;
  }

  /** Enqueues the objects of one namespace, or of all. */
  enqueueAll(namespace = ''): void {
    enqueueAll(this.#controller, this.#options.informers.stores, (key, priority) => {
      if (namespace === '' || splitKey(key).namespace === namespace) this.#add(key, priority);
    });
  }

  #enqueueEvents(): void {
    const { informers } = this.#options;
    const isOurWriter = (writer: object): boolean => writer === this.#term?.cluster;
    enqueueChanges(this.#controller, informers.stores, { add: this.#add, isOurWriter });
    enqueueUsers(this.#controller, informers, this.#add);
    informers.onSynced((namespace) => this.enqueueAll(namespace));
  }

  /** Ignores keys of a namespace that is not synced. All of its objects are enqueued when it is. */
  readonly #add: Add = (key, priority) => {
    if (this.#isSynced(key)) this.#term?.queue.add(key, priority);
  };

  /** A reconcile on caches that are not filled, or stale, would create again what it does not find. */
  #isSynced(key: string): boolean {
    return this.#options.informers.isSynced(splitKey(key).namespace);
  }

  #logFailure(key: string, error: unknown): void {
    const { name } = this.#controller;
    this.#options.log[isExpected(error) ? 'debug' : 'error']('Reconciling failed', {
      controller: name,
      key,
      ...errorFields(error),
    });
  }
}

/** A concurrent write or a late renewal of the lease. The retry solves it, so nobody has to look into it. */
const isExpected = (error: unknown): boolean => isConflict(error) || error instanceof NotLeaderError;
