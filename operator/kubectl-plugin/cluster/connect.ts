import { existsSync } from 'node:fs';
import { KubeConfig, PortForward } from '@kubernetes/client-node';
import { createApiClient } from '../../runtime/client/api-client.ts';
import { PluginError } from '../exit-code.ts';
import { apiCluster } from './api-cluster.ts';
import type { Cluster } from './cluster.ts';
import { failureOf } from './failure.ts';

export interface ConnectionOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
}

/** Connects as kubectl does: `--kubeconfig`, else the files of `KUBECONFIG`, else `~/.kube/config`, else the service account of the pod. */
export function connect(options: ConnectionOptions, version: string): Cluster {
  const config = kubeConfigOf(options);
  const context = config.getContextObject(config.getCurrentContext());
  if (isFallback(config)) {
    throw new PluginError('noCluster', 'No kubeconfig leads to a cluster: set KUBECONFIG or --kubeconfig');
  }
  const client = createApiClient(config, { userAgent: `kubectl-vacation/${version}` });
  const portForward = new PortForward(config);
  return apiCluster(client, portForward, options.namespace ?? context?.namespace ?? 'default');
}

/** Whether there was no kubeconfig: the library then takes the port that API servers had on loopback, without TLS. */
const isFallback = (config: KubeConfig): boolean =>
  config.getCurrentCluster() === null ||
  (config.getCurrentContext() === 'loaded-context' && config.getCurrentCluster()?.server === 'http://localhost:8080');

/** The names of the contexts, for completion. */
export const contextsOf = (options: ConnectionOptions): string[] =>
  kubeConfigOf(options).contexts.map(({ name }) => name);

function kubeConfigOf({ kubeconfig, context }: ConnectionOptions): KubeConfig {
  const config = new KubeConfig();
  if (kubeconfig !== undefined && !existsSync(kubeconfig)) {
    throw new PluginError('noCluster', `There is no kubeconfig ${kubeconfig}`);
  }
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    throw new PluginError('noCluster', `The kubeconfig cannot be read: ${failureOf(error).message}`, { cause: error });
  }
  if (context === undefined) return config;
  if (config.getContextObject(context) === null) {
    throw new PluginError('noCluster', `The kubeconfig has no context ${context}`);
  }
  config.setCurrentContext(context);
  return config;
}
