import type { CompleteApp } from '../../api/defaults.ts';
import type { Kind } from '../../runtime/client/kinds.ts';
import { DATABASE_KINDS, databaseKindOf } from '../database/database.ts';
import type { DatabaseKind } from '../database/database-kind.ts';
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
} from '../kinds.ts';
import { TASKS } from '../tasks/tasks.ts';
import { applyJob } from '../tasks/apply-job.ts';
import { applyWebDeployment } from '../web/apply-web-deployment.ts';
import { webAutoscaler } from '../web/web-autoscaler.ts';
import { webConfigMap } from '../web/web-config-map.ts';
import { webDeployment } from '../web/web-deployment.ts';
import { webDisruptionBudget } from '../web/web-disruption-budget.ts';
import { webHttpRoute } from '../web/web-http-route.ts';
import { webIngress } from '../web/web-ingress.ts';
import { databaseClients, webNetworkPolicy } from '../web/web-network-policy.ts';
import { webServiceAccount } from '../web/web-service-account.ts';
import { webService } from '../web/web-service.ts';
import { desiredChild, type Child, type Desired } from './child.ts';
import { STEPS } from './steps.ts';

const WEB_CHILDREN: readonly Child[] = [
  { step: 'base', kind: CONFIG_MAP, build: webConfigMap },
  { step: 'base', kind: NETWORK_POLICY, build: webNetworkPolicy },
  { step: 'base', kind: SERVICE_ACCOUNT, build: webServiceAccount },
  { step: 'base', kind: SERVICE, build: webService },
  { step: 'base', kind: DISRUPTION_BUDGET, build: webDisruptionBudget },
  { step: 'web', kind: DEPLOYMENT, build: webDeployment, apply: applyWebDeployment },
  { step: 'autoscaling', kind: AUTOSCALER, build: webAutoscaler },
  { step: 'exposure', kind: INGRESS, build: webIngress },
  { step: 'exposure', kind: HTTP_ROUTE, build: webHttpRoute },
];

/** All children of an app with this kind of database, except the credentials, in the order of application. */
function childrenOf(database: DatabaseKind): Child[] {
  const tasks = TASKS.map(({ step, build }): Child => ({ step, kind: JOB, build, apply: applyJob }));
  const children = [...database.children(databaseClients()), ...WEB_CHILDREN, ...tasks];
  return STEPS.flatMap(({ step }) => children.filter((child) => child.step === step));
}

/** The kinds of all children. */
export const CHILD_KINDS: readonly Kind[] = [...new Set(DATABASE_KINDS.flatMap(childrenOf).map(({ kind }) => kind))];

/** The desired children, a pure function of the declared app and the facts. */
export const desiredObjects = (app: CompleteApp, facts: Facts): Desired[] =>
  childrenOf(databaseKindOf(app)).flatMap((child) => desiredChild(child, app, facts) ?? []);
