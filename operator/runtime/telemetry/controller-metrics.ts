import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export interface ControllerMetrics {
  /** `panic` is a bug of the program. `timeout` is a failure after the deadline. */
  reconciled(result: 'success' | 'requeue_after' | 'terminal' | 'error' | 'panic' | 'timeout', ms: number): void;
}

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Registers the metrics of reconciles. Returns the function that adds a controller. */
export function controllerMetrics(registry: Registry): (controller: string, workers: number) => ControllerMetrics {
  const registers = [registry];
  const counter = (name: string, help: string, ...more: string[]): Counter =>
    new Counter({ name: `controller_runtime_${name}`, help, labelNames: ['controller', ...more], registers });
  const reconciles = counter('reconcile_total', 'Total number of reconciliations per controller', 'result');
  const errors = counter('reconcile_errors_total', 'Total number of reconciliation errors per controller');
  const terminal = counter(
    'terminal_reconcile_errors_total',
    'Total number of terminal reconciliation errors per controller',
  );
  const panics = counter('reconcile_panics_total', 'Total number of reconciliation panics per controller');
  const timeouts = counter('reconcile_timeouts_total', 'Total number of reconciliation timeouts per controller');
  const seconds = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'Length of time per reconciliation per controller',
    labelNames: ['controller'],
    buckets: BUCKETS,
    registers,
  });
  const maxWorkers = new Gauge({
    name: 'controller_runtime_max_concurrent_reconciles',
    help: 'Maximum number of concurrent reconciles per controller',
    labelNames: ['controller'],
    registers,
  });
  return (name, workers) => {
    const controller = { controller: name };
    maxWorkers.set(controller, workers);
    // Start at 0, because alerts compare rates.
    for (const each of [errors, terminal, panics, timeouts]) each.inc(controller, 0);
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
  };
}
