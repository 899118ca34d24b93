import { Counter, Histogram, type Registry } from 'prom-client';
import { collectedGauge } from './collected-gauge.ts';

export interface QueueMetrics {
  added(): void;
  retried(): void;
  /** How long a key waited in the queue. */
  waited(ms: number): void;
  /** How long a key was in process. */
  worked(ms: number): void;
}

export interface QueueState {
  readonly depth: number;
  readonly unfinishedMs: readonly number[];
}

const EMPTY: QueueState = { depth: 0, unfinishedMs: [] };
const BUCKETS = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10];

interface StateMetric {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly ('name' | 'controller')[];
  readonly value: (state: QueueState) => number;
}

const STATE_METRICS: readonly StateMetric[] = [
  {
    name: 'workqueue_depth',
    help: 'Current depth of workqueue by workqueue',
    labelNames: ['name', 'controller'],
    value: ({ depth }) => depth,
  },
  {
    name: 'workqueue_unfinished_work_seconds',
    help: 'How many seconds of work has been done that is in progress and has not been observed by work_duration.',
    labelNames: ['name', 'controller'],
    value: ({ unfinishedMs }) => unfinishedMs.reduce((sum, ms) => sum + ms, 0) / 1000,
  },
  {
    name: 'workqueue_longest_running_processor_seconds',
    help: 'How many seconds has the longest running processor for workqueue been running.',
    labelNames: ['name', 'controller'],
    value: ({ unfinishedMs }) => Math.max(0, ...unfinishedMs) / 1000,
  },
  {
    name: 'controller_runtime_active_workers',
    help: 'Number of currently used workers per controller',
    labelNames: ['controller'],
    value: ({ unfinishedMs }) => unfinishedMs.length,
  },
];

/** Registers the metrics of work queues. Returns the function that adds the queue of a controller. `state` returns undefined when there is none. */
export function queueMetrics(
  registry: Registry,
): (controller: string, state: () => QueueState | undefined) => QueueMetrics {
  const labelNames = ['name', 'controller'];
  const registers = [registry];
  const gauges = STATE_METRICS.map((metric) => ({ ...metric, add: collectedGauge(registry, metric) }));
  const counter = (name: string, help: string): Counter => new Counter({ name, help, labelNames, registers });
  const histogram = (name: string, help: string): Histogram =>
    new Histogram({ name, help, labelNames, buckets: BUCKETS, registers });
  const adds = counter('workqueue_adds_total', 'Total number of adds handled by workqueue');
  const retries = counter('workqueue_retries_total', 'Total number of retries handled by workqueue');
  const waits = histogram(
    'workqueue_queue_duration_seconds',
    'How long in seconds an item stays in workqueue before being requested',
  );
  const works = histogram(
    'workqueue_work_duration_seconds',
    'How long in seconds processing an item from workqueue takes.',
  );
  return (controller, state) => {
    const labels = { name: controller, controller };
    for (const { add, value, labelNames: names } of gauges) {
      const gaugeLabels = Object.fromEntries(names.map((name) => [name, labels[name]]));
      add(() => [{ labels: gaugeLabels, value: value(state() ?? EMPTY) }]);
    }
    for (const each of [adds, retries]) each.inc(labels, 0);
    return {
      added: () => adds.inc(labels),
      retried: () => retries.inc(labels),
      waited: (ms) => waits.observe(labels, ms / 1000),
      worked: (ms) => works.observe(labels, ms / 1000),
    };
  };
}
