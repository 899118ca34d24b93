import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export interface ClientMetrics {
  request(code: string, method: string, host: string, ms: number): void;
}
export interface ControllerMetrics {
  /** `panic`: by a mistake of the program; `timeout`: its deadline had passed. */
  reconciled(result: 'success' | 'requeue_after' | 'terminal' | 'error' | 'panic' | 'timeout', ms: number): void;
}
export interface QueueMetrics {
  added(): void;
  retried(): void;
  /** A key waited so long to be worked on. */
  waited(ms: number): void;
  worked(ms: number): void;
}
/** A queue as it is now. */
export interface QueueState {
  readonly depth: number;
  readonly unfinishedMs: readonly number[];
}
export interface WriteMetrics {
  wrote(kind: string, reason: string): void;
}
export interface ConditionSample {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly isTrue: boolean;
}
export interface RuntimeMetrics {
  readonly registry: Registry;
  readonly client: ClientMetrics;
  readonly writes: WriteMetrics;
  controller(name: string, workers: number): ControllerMetrics;
  queue(name: string, state: () => QueueState | undefined): QueueMetrics;
  leader(name: string, isLeader: () => boolean, slowRenewals: () => number): void;
  /** By kind, once for each namespace that is watched. */
  watch(silentMs: () => readonly (readonly [kind: string, ms: number | undefined])[]): void;
  conditions(sample: () => readonly ConditionSample[]): void;
  contested(count: () => number): void;
}

const QUEUE_BUCKETS = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10];
const RECONCILE_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Metrics under the names of controller-runtime and client-go, so that dashboards and alerts written for those work; and our own. */
export function createRuntimeMetrics(prefix: string): RuntimeMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'rest_client_requests_total',
    help: 'Number of HTTP requests, partitioned by status code, method, and host.',
    labelNames: ['code', 'method', 'host'],
    registers,
  });
  const latency = new Histogram({
    name: 'rest_client_request_duration_seconds',
    help: 'Request latency in seconds. Broken down by verb, and host.',
    labelNames: ['verb', 'host'],
    buckets: RECONCILE_BUCKETS,
    registers,
  });
  const reconciles = new Counter({
    name: 'controller_runtime_reconcile_total',
    help: 'Total number of reconciliations per controller',
    labelNames: ['controller', 'result'],
    registers,
  });
  const errors = new Counter({
    name: 'controller_runtime_reconcile_errors_total',
    help: 'Total number of reconciliation errors per controller',
    labelNames: ['controller'],
    registers,
  });
  const terminal = new Counter({
    name: 'controller_runtime_terminal_reconcile_errors_total',
    help: 'Total number of terminal reconciliation errors per controller',
    labelNames: ['controller'],
    registers,
  });
  const seconds = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'Length of time per reconciliation per controller',
    labelNames: ['controller'],
    buckets: RECONCILE_BUCKETS,
    registers,
  });
  const panics = new Counter({
    name: 'controller_runtime_reconcile_panics_total',
    help: 'Total number of reconciliation panics per controller',
    labelNames: ['controller'],
    registers,
  });
  const timeouts = new Counter({
    name: 'controller_runtime_reconcile_timeouts_total',
    help: 'Total number of reconciliation timeouts per controller',
    labelNames: ['controller'],
    registers,
  });
  const workers = new Gauge({
    name: 'controller_runtime_max_concurrent_reconciles',
    help: 'Maximum number of concurrent reconciles per controller',
    labelNames: ['controller'],
    registers,
  });
  const writes = new Counter({
    name: `${prefix}_writes_total`,
    help: 'Objects written, by kind and by why.',
    labelNames: ['kind', 'reason'],
    registers,
  });

  return {
    registry,
    client: {
      request(code, method, host, ms) {
        requests.inc({ code, method, host });
        latency.observe({ verb: method, host }, ms / 1000);
      },
    },
    writes: { wrote: (kind, reason) => writes.inc({ kind, reason }) },
    controller(name, count) {
      const controller = { controller: name };
      workers.set(controller, count);
      // Alerts compare rates: what has not happened yet is 0.
      for (const counter of [errors, terminal, panics, timeouts]) counter.inc(controller, 0);
      return {
        reconciled(result, ms) {
          const isFine = result === 'success' || result === 'requeue_after';
          reconciles.inc({ ...controller, result: isFine ? result : 'error' });
          if (!isFine) errors.inc(controller);
          if (result === 'terminal') terminal.inc(controller);
          if (result === 'panic') panics.inc(controller);
          if (result === 'timeout') timeouts.inc(controller);
          seconds.observe(controller, ms / 1000);
        },
      };
    },
    queue(name, state) {
      const labels = { name, controller: name };
      const gauge = (metric: string, help: string, value: (state: QueueState) => number): void => {
        const labelNames = metric.startsWith('workqueue') ? ['name', 'controller'] : ['controller'];
        const known = new Gauge({
          name: metric,
          help,
          labelNames,
          registers,
          collect: () => {
            const values = labelNames.length === 1 ? { controller: name } : labels;
            known.set(values, value(state() ?? { depth: 0, unfinishedMs: [] }));
          },
        });
      };
      gauge('workqueue_depth', 'Current depth of workqueue by workqueue', ({ depth }) => depth);
      gauge(
        'workqueue_unfinished_work_seconds',
        'How many seconds of work has been done that is in progress and has not been observed by work_duration.',
        ({ unfinishedMs }) => unfinishedMs.reduce((sum, ms) => sum + ms, 0) / 1000,
      );
      gauge(
        'workqueue_longest_running_processor_seconds',
        'How many seconds has the longest running processor for workqueue been running.',
        ({ unfinishedMs }) => Math.max(0, ...unfinishedMs) / 1000,
      );
      gauge(
        'controller_runtime_active_workers',
        'Number of currently used workers per controller',
        ({ unfinishedMs }) => unfinishedMs.length,
      );
      const labelNames = ['name', 'controller'];
      const buckets = QUEUE_BUCKETS;
      const adds = new Counter({
        name: 'workqueue_adds_total',
        help: 'Total number of adds handled by workqueue',
        labelNames,
        registers,
      });
      const retries = new Counter({
        name: 'workqueue_retries_total',
        help: 'Total number of retries handled by workqueue',
        labelNames,
        registers,
      });
      const waits = new Histogram({
        name: 'workqueue_queue_duration_seconds',
        help: 'How long in seconds an item stays in workqueue before being requested',
        labelNames,
        buckets,
        registers,
      });
      const works = new Histogram({
        name: 'workqueue_work_duration_seconds',
        help: 'How long in seconds processing an item from workqueue takes.',
        labelNames,
        buckets,
        registers,
      });
      for (const counter of [adds, retries]) counter.inc(labels, 0);
      return {
        added: () => adds.inc(labels),
        retried: () => retries.inc(labels),
        waited: (ms) => waits.observe(labels, ms / 1000),
        worked: (ms) => works.observe(labels, ms / 1000),
      };
    },
    leader(name, isLeader, slowRenewals) {
      const gauge: Gauge = new Gauge({
        name: 'leader_election_master_status',
        help: 'Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master.',
        labelNames: ['name'],
        registers,
        collect: () => {
          gauge.set({ name }, isLeader() ? 1 : 0);
        },
      });
      const slow: Counter = new Counter({
        name: 'leader_election_slowpath_total',
        help: 'Total number of slow path exercised in renewing leader leases.',
        labelNames: ['name'],
        registers,
        collect: () => {
          slow.reset();
          slow.inc({ name }, slowRenewals());
        },
      });
    },
    watch(silentMs) {
      const gauge: Gauge = new Gauge({
        name: `${prefix}_watch_last_event_seconds`,
        help: 'Seconds since the API server was last heard on the watch of this kind, bookmarks included.',
        labelNames: ['kind'],
        registers,
        collect: () => {
          const longest = new Map<string, number>();
          // Before its first list a watch has heard nothing at all.
          for (const [kind, ms = Infinity] of silentMs()) longest.set(kind, Math.max(ms, longest.get(kind) ?? 0));
          for (const [kind, ms] of longest) gauge.set({ kind }, ms === Infinity ? -1 : ms / 1000);
        },
      });
    },
    contested(count) {
      const gauge: Gauge = new Gauge({
        name: `${prefix}_contested_fields`,
        help: 'Fields that others keep changing back, and that are therefore put back with pauses.',
        registers,
        collect: () => gauge.set(count()),
      });
    },
    conditions(sample) {
      const gauge: Gauge = new Gauge({
        name: `${prefix}_condition`,
        help: 'Conditions of every object: 1 where the condition is true, 0 where it is false or unknown.',
        labelNames: ['namespace', 'name', 'type'],
        registers,
        collect: () => {
          gauge.reset();
          for (const { isTrue, ...labels } of sample()) gauge.set(labels, isTrue ? 1 : 0);
        },
      });
    },
  };
}
