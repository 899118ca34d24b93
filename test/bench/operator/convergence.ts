import { isChild, isEvent, isOperator, isRead, isStatus, isWrite, type Request } from './audit.ts';

/** What it took to bring one app up, by the API server's audit log. */
export interface Convergence {
  readonly children: number;
  readonly handovers: number;
  readonly statuses: number;
  readonly events: number;
  readonly reads: number;
  /** Milliseconds from the app's creation until the last child is there that need not wait. */
  readonly baseMs: number;
  /** Milliseconds from the migration's end to the Deployment. */
  readonly deploymentMs: number;
}

/** The children that wait for nothing. */
const BASE = new Set([
  'secrets',
  'configmaps',
  'services',
  'serviceaccounts',
  'statefulsets',
  'networkpolicies',
  'poddisruptionbudgets',
]);

export function convergenceOf(requests: readonly Request[], namespace: string, app: string): Convergence {
  const about = requests.filter(
    (request) => request.namespace === namespace && (request.name === app || request.name.startsWith(`${app}-`)),
  );
  const operator = about.filter(isOperator);
  const created = about.find(
    ({ verb, resource, subresource }) => verb === 'create' && resource === 'vacationapps' && subresource === undefined,
  );
  const children = operator.filter(isChild);
  const handovers = children.filter(({ manager }) => manager === 'vacation-operator-handover');
  const base = children.filter(({ resource, code }) => BASE.has(resource) && code === 201);
  const completed = about.filter((request) => request.resource === 'jobs' && request.subresource === 'status').at(-1);
  const deployment = children.find(({ resource, code }) => resource === 'deployments' && code === 201);
  return {
    children: children.length - handovers.length,
    handovers: handovers.length,
    statuses: operator.filter((request) => isStatus(request) && isWrite(request)).length,
    // Events are named for the app and more; a creation is logged without a name where it fails.
    events: operator.filter(isEvent).length + eventsOf(requests, namespace, app),
    reads: operator.filter(isRead).length,
    baseMs: Math.max(...base.map(({ answered }) => answered)) - (created?.answered ?? Number.NaN),
    deploymentMs: (deployment?.answered ?? Number.NaN) - (completed?.answered ?? Number.NaN),
  };
}

const eventsOf = (requests: readonly Request[], namespace: string, app: string): number =>
  requests.filter(
    (request) =>
      isOperator(request) && isEvent(request) && request.namespace === namespace && request.name.startsWith(`${app}.`),
  ).length;
