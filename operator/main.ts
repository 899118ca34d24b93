import { hostname } from 'node:os';
import process from 'node:process';
import { KubeConfig } from '@kubernetes/client-node';
import { VACATION_APP } from './api/vacation-app.ts';
import { ConfigError, readConfig, type Config } from './config.ts';
import { createLogger } from './logger.ts';
import { createApiClient } from './runtime/api-client.ts';
import { healthServer, metricsServer } from './runtime/health.ts';
import { createRuntimeMetrics } from './runtime/metrics.ts';
import { createOperator } from './operator.ts';

/** Long enough for a reconcile in flight and the release of the lease; shorter than the pod's grace period. */
const SHUTDOWN_MS = 20_000;

async function main(config: Config): Promise<void> {
  const log = createLogger(config.logLevel);
  const metrics = createRuntimeMetrics('vacationapp');
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromDefault();
  const client = createApiClient(kubeConfig, metrics.client);
  const operator = createOperator({ client, config, metrics, log });

  const servers = [
    healthServer(operator.checks).listen(config.healthPort),
    metricsServer(metrics.registry).listen(config.metricsPort),
  ];
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info('Stopping', { signal });
      setTimeout(() => process.exit(1), SHUTDOWN_MS).unref();
      stop.abort();
    });
  }
  log.info('Starting', {
    kind: VACATION_APP.kind,
    host: hostname(),
    namespaces: config.watchNamespaces.length === 0 ? 'all' : config.watchNamespaces.join(','),
  });
  await operator.run(stop.signal);
  for (const server of servers) server.close();
  log.info('Stopped');
  process.exit(0);
}

try {
  await main(readConfig());
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
}
