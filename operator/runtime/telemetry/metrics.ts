import { Registry, collectDefaultMetrics } from 'prom-client';
import { clientMetrics, type ClientMetrics } from './client-metrics.ts';
import { controllerMetrics, type ControllerMetrics } from './controller-metrics.ts';
import { leaderMetrics, type LeaderMetrics } from './leader-metrics.ts';
import { objectMetrics, type ObjectMetrics } from './object-metrics.ts';
import { queueMetrics, type QueueMetrics, type QueueState } from './queue-metrics.ts';
import { watchMetrics, type WatchMetrics } from './watch-metrics.ts';

export interface RuntimeMetrics extends ObjectMetrics, WatchMetrics {
  readonly registry: Registry;
  readonly client: ClientMetrics;
  readonly leader: LeaderMetrics;
  controller(name: string, workers: number): ControllerMetrics;
  queue(controller: string, state: () => QueueState | undefined): QueueMetrics;
}

/**
 * Creates the registry with all metrics of the runtime. They have the names of controller-runtime and client-go, so that existing dashboards and
 * alerts work. Metrics that these do not have start with `prefix`.
 */
export function createRuntimeMetrics(prefix: string): RuntimeMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    client: clientMetrics(registry),
    leader: leaderMetrics(registry),
    controller: controllerMetrics(registry),
    queue: queueMetrics(registry),
    ...objectMetrics(registry, prefix),
    ...watchMetrics(registry, prefix),
  };
}
