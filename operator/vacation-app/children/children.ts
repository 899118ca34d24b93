import type { CompleteApp } from '../../api/defaults.ts';
import type { Kind, KubeObject } from '../../runtime/client/kinds.ts';
import type { Facts } from '../facts.ts';
import {
  AUTOSCALER,
  CONFIG_MAP,
  DEPLOYMENT,
  DISRUPTION_BUDGET,
  HTTP_ROUTE,
  INGRESS,
  JOB,
  NETWORK_POLICY,
  SERVICE,
  SERVICE_ACCOUNT,
  STATEFUL_SET,
} from '../kinds.ts';
import { LABEL, versionLabel } from '../names.ts';
import { checkJob } from '../tasks/check/check-job.ts';
import { migrationJob } from '../tasks/migrate/migration-job.ts';
import { mysqlConfigMap } from '../database/managed/mysql-config-map.ts';
import { mysqlNetworkPolicy } from '../database/managed/mysql-network-policy.ts';
import { mysqlService } from '../database/managed/mysql-service.ts';
import { mysqlStatefulSet } from '../database/managed/mysql-stateful-set.ts';
import { webAutoscaler } from '../web/web-autoscaler.ts';
import { webConfigMap } from '../web/web-config-map.ts';
import { webDeployment } from '../web/web-deployment.ts';
import { webDisruptionBudget } from '../web/web-disruption-budget.ts';
import { webHttpRoute } from '../web/web-http-route.ts';
import { webIngress } from '../web/web-ingress.ts';
import { webNetworkPolicy } from '../web/web-network-policy.ts';
import { webServiceAccount } from '../web/web-service-account.ts';
import { webService } from '../web/web-service.ts';
import { withoutEmpty } from './without-empty.ts';

/** When a child may be applied: as soon as there are credentials, or when the step before it is done. */
export type Step = 'base' | 'database' | 'schema' | 'web' | 'autoscaling' | 'exposure';

export const STEPS: readonly Step[] = ['base', 'database', 'schema', 'web', 'autoscaling', 'exposure'];

interface Child {
  readonly step: Step;
  readonly kind: Kind;
  readonly build: (app: CompleteApp, facts: Facts) => object | undefined;
}

/** Everything that a VacationApp owns besides its credentials, in the order in which it is applied. */
const CHILDREN: readonly Child[] = [
  { step: 'base', kind: CONFIG_MAP, build: mysqlConfigMap },
  { step: 'base', kind: NETWORK_POLICY, build: mysqlNetworkPolicy },
  { step: 'base', kind: SERVICE, build: mysqlService },
  { step: 'base', kind: STATEFUL_SET, build: mysqlStatefulSet },
  { step: 'base', kind: CONFIG_MAP, build: webConfigMap },
  { step: 'base', kind: NETWORK_POLICY, build: webNetworkPolicy },
  { step: 'base', kind: SERVICE_ACCOUNT, build: webServiceAccount },
  { step: 'base', kind: SERVICE, build: webService },
  { step: 'base', kind: DISRUPTION_BUDGET, build: webDisruptionBudget },
  { step: 'database', kind: JOB, build: checkJob },
  { step: 'schema', kind: JOB, build: migrationJob },
  { step: 'web', kind: DEPLOYMENT, build: webDeployment },
  { step: 'autoscaling', kind: AUTOSCALER, build: webAutoscaler },
  { step: 'exposure', kind: INGRESS, build: webIngress },
  { step: 'exposure', kind: HTTP_ROUTE, build: webHttpRoute },
];

/** The kinds among them, each once. */
export const CHILD_KINDS: readonly Kind[] = [...new Set(CHILDREN.map(({ kind }) => kind))];

export interface Desired {
  readonly step: Step;
  readonly kind: Kind;
  readonly object: KubeObject;
}

/** What the app shall own, as a function of what is declared and of the few facts that last. */
export function desiredObjects(app: CompleteApp, facts: Facts): Desired[] {
  return CHILDREN.flatMap(({ step, kind, build }) => {
    const built = build(app, facts);
    if (built === undefined) return [];
    const object = { apiVersion: kind.apiVersion, kind: kind.kind, ...built } as KubeObject;
    return [{ step, kind, object: withoutEmpty(versioned(object, facts)) }];
  });
}

/** The object with its version, which is of its metadata only: what it selects and what pods are made of stay. */
function versioned(object: KubeObject, { web, mysql }: Facts): KubeObject {
  const { labels, ...metadata } = object.metadata;
  const { image } = labels?.[LABEL.component] === 'mysql' ? mysql : web;
  return { ...object, metadata: { ...metadata, labels: { ...labels, ...versionLabel(image) } } };
}
