import { hostname } from 'node:os';
import type { Server } from 'node:http';
import process from 'node:process';
import { VACATION_APP } from './api/vacation-app.ts';
import { ConfigError, readConfig, type Config } from './config.ts';
import { createLogger } from './logger.ts';
import { createApiClient, type Connection } from './runtime/client/api-client.ts';
import { healthServer, metricsServer } from './runtime/telemetry/health.ts';
import { errorFields } from './runtime/telemetry/log.ts';
import { InCluster } from './runtime/client/in-cluster.ts';
import { createRuntimeMetrics } from './runtime/telemetry/metrics.ts';
import { profileServer } from './runtime/telemetry/profile.ts';
import { createOperator } from './manager.ts';
import type { StatusPageOptions } from './status-page/status-page.ts';
import { FIELD_MANAGER } from './vacation-app/names.ts';

/** Long enough to finish reconciles in flight and to release the lease. Shorter than the pod's grace period. */
const SHUTDOWN_MS = 20_000;

async function main(config: Config): Promise<void> {
  const log = createLogger(config.logLevel);
  const metrics = createRuntimeMetrics('vacationapp');
  const client = createApiClient(await connection(), {
    metrics: metrics.client,
    userAgent: `${FIELD_MANAGER} (${config.identity})`,
  });
  const operator = createOperator({ client, config, metrics, log });

  const servers = [
    healthServer(operator.checks).listen(config.healthPort),
    metricsServer(metrics.registry).listen(config.metricsPort),
    ...(await statusPage({ state: operator.state, client, config, log })),
    ...(config.profilePort === 0 ? [] : [profileServer().listen(config.profilePort, '127.0.0.1')]),
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

/**
 * The server of the status page. Its libraries are loaded only where there is one, because they take memory. The operator works on without
 * the page where its port is taken.
 */
async function statusPage(options: StatusPageOptions): Promise<Server[]> {
  const { port } = options.config.statusPage;
  if (port === 0) return [];
  const { createStatusPage } = await import('./status-page/status-page.ts');
  const server = createStatusPage(options).listen(port);
  server.on('error', (error) => {
    options.log.error('The status page cannot be served: STATUS_PAGE_PORT', { port, ...errorFields(error) });
  });
  return [server];
}

/** The service account in a pod, else a kubeconfig. The library for kubeconfigs is loaded only then, because it doubles the memory. */
async function connection(): Promise<Connection> {
  const { KUBECONFIG, KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
  const folder = process.env.SERVICE_ACCOUNT_FOLDER;
  if ((KUBECONFIG ?? '') === '' && host !== undefined && port !== undefined) {
    const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
    return new InCluster({ server, ...(folder === undefined ? {} : { folder }) });
  }
  const { KubeConfig } = await import('@kubernetes/client-node');
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromDefault();
  return kubeConfig;
}

try {
  await main(readConfig());
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
}
