import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export interface ClientMetrics {
  request(code: string, method: string, host: string, ms: number): void;
}
export interface ControllerMetrics {
  reconciled(result: 'success' | 'requeue_after' | 'terminal' | 'error', ms: number): void;
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
  queue(name: string, depth: () => number): void;
  leader(name: string, isLeader: () => boolean): void;
  /** By kind, once for each namespace that is watched. */
  watch(silentMs: () => readonly (readonly [kind: string, ms: number | undefined])[]): void;
  conditions(sample: () => readonly ConditionSample[]): void;
  contested(count: () => number): void;
}

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
      return {
        reconciled(result, ms) {
          reconciles.inc({ ...controller, result: result === 'terminal' ? 'error' : result });
          if (result === 'error' || result === 'terminal') errors.inc(controller);
          if (result === 'terminal') terminal.inc(controller);
          seconds.observe(controller, ms / 1000);
        },
      };
    },
    queue(name, depth) {
      const gauge: Gauge = new Gauge({
        name: 'workqueue_depth',
        help: 'Current depth of workqueue by workqueue',
        labelNames: ['name', 'controller'],
        registers,
        collect: () => {
          gauge.set({ name, controller: name }, depth());
        },
      });
    },
    leader(name, isLeader) {
      const gauge: Gauge = new Gauge({
        name: 'leader_election_master_status',
        help: 'Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master.',
        labelNames: ['name'],
        registers,
        collect: () => {
          gauge.set({ name }, isLeader() ? 1 : 0);
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
