import type { Config } from './config.ts';
import type { ApiClient } from './runtime/client/api-client.ts';
import { createManager, type Manager } from './runtime/manager.ts';
import type { Controller } from './runtime/queue/controller.ts';
import type { Logger } from './runtime/telemetry/log.ts';
import type { RuntimeMetrics } from './runtime/telemetry/metrics.ts';
import { vacationAppController } from './vacation-app/controller.ts';
import { FIELD_MANAGER } from './vacation-app/names.ts';

export interface OperatorOptions {
  readonly client: ApiClient;
  readonly config: Config;
  readonly metrics: RuntimeMetrics;
  readonly log: Logger;
  /** The time of day. */
  readonly now?: () => Date;
}

const controllersOf = (config: Config): readonly Controller[] => [vacationAppController(config)];

/** The operator: a manager with every controller. */
export function createOperator({ client, config, metrics, log, now = () => new Date() }: OperatorOptions): Manager {
  return createManager({
    ...config,
    client,
    controllers: controllersOf(config),
    namespaces: config.watchNamespaces,
    denialAdvice: 'Create the namespace and the RoleBinding of config/namespaced, or take it out of WATCH_NAMESPACES',
    component: FIELD_MANAGER,
    metrics,
    log,
    now,
  });
}
