import type { V1Pod } from '@kubernetes/client-node';
import { VACATION_APP, type VacationApp } from '../../api/vacation-app.ts';
import type { Kind, KubeObject } from '../../runtime/client/kinds.ts';
import { childName, credentialsName, LABEL, volumeClaimName } from '../../vacation-app/names.ts';
import {
  AUTOSCALER,
  CONFIG_MAP,
  DEPLOYMENT,
  DISRUPTION_BUDGET,
  HTTP_ROUTE,
  INGRESS,
  JOB,
  NETWORK_POLICY,
  POD,
  SECRET,
  SERVICE,
  SERVICE_ACCOUNT,
  STATEFUL_SET,
  VOLUME_CLAIM,
} from '../../vacation-app/kinds.ts';
import { PluginError } from '../exit-code.ts';
import type { Refusal, World } from '../model/world.ts';
import type { Cluster } from './cluster.ts';
import { failureOf } from './failure.ts';

/** The kinds of children, in the order in which they are shown, and the names by which an object of somebody else can be in the way. */
const CHILD_KINDS: readonly { readonly kind: Kind; readonly names: (app: VacationApp) => readonly string[] }[] = [
  { kind: SECRET, names: (app) => [credentialsName(app)] },
  { kind: STATEFUL_SET, names: (app) => [childName(app, 'mysql')] },
  { kind: VOLUME_CLAIM, names: (app) => [volumeClaimName(app)] },
  { kind: JOB, names: () => [] },
  { kind: DEPLOYMENT, names: (app) => [childName(app, 'web')] },
  { kind: AUTOSCALER, names: (app) => [childName(app, 'web')] },
  { kind: DISRUPTION_BUDGET, names: (app) => [childName(app, 'web')] },
  { kind: SERVICE, names: (app) => [childName(app, 'web'), childName(app, 'mysql')] },
  { kind: INGRESS, names: (app) => [childName(app, 'web')] },
  { kind: HTTP_ROUTE, names: (app) => [childName(app, 'web')] },
  { kind: CONFIG_MAP, names: (app) => [childName(app, 'web'), childName(app, 'mysql')] },
  { kind: SERVICE_ACCOUNT, names: (app) => [childName(app, 'web')] },
  { kind: NETWORK_POLICY, names: (app) => [childName(app, 'web'), childName(app, 'mysql')] },
];

export const APPS: Kind = VACATION_APP;

/** @throws PluginError `notFound` where there is no such app. */
export const readApp = (cluster: Cluster, namespace: string, name: string): Promise<VacationApp> =>
  cluster.get<VacationApp>(APPS, namespace, name);

/** The app, its children by label and by name, and its pods. What may not be read is listed as refused. */
export async function readWorld(cluster: Cluster, namespace: string, name: string): Promise<World> {
  const app = await readApp(cluster, namespace, name);
  const refusals: Refusal[] = [];
  const tolerant = async <T>(kind: Kind, look: Promise<readonly T[]>): Promise<readonly T[]> => {
    try {
      return await look;
    } catch (error) {
      const failure = failureOf(error);
      // A kind that the cluster does not have is no news, a right that is missing is.
      if (failure.outcome === 'notFound') return [];
      if (failure.outcome !== 'forbidden') throw failure;
      refusals.push({ kind, words: failure.message });
      return [];
    }
  };
  const labelSelector = `${LABEL.app}=${name}`;
  const [pods, ...children] = await Promise.all([
    tolerant(POD, cluster.list<V1Pod & KubeObject>(POD, { namespace, labelSelector })),
    ...CHILD_KINDS.map(({ kind, names }) =>
      tolerant(kind, readChildren(cluster, kind, { namespace, labelSelector }, names(app))),
    ),
  ]);
  return { app, children: children.flat(), pods, refusals };
}

/** Those with the label of the app, and those that have one of the names without it. Only the metadata of Secrets and ConfigMaps. */
async function readChildren(
  cluster: Cluster,
  kind: Kind,
  selection: { readonly namespace: string; readonly labelSelector: string },
  names: readonly string[],
): Promise<KubeObject[]> {
  const look = (given: { namespace: string; labelSelector?: string; fieldSelector?: string }): Promise<KubeObject[]> =>
    kind === SECRET || kind === CONFIG_MAP ? cluster.listMetadata(kind, given) : cluster.list(kind, given);
  const labelled = await look(selection);
  const missing = names.filter((name) => !labelled.some(({ metadata }) => metadata.name === name));
  const others = missing.map((name) =>
    look({ namespace: selection.namespace, fieldSelector: `metadata.name=${name}` }),
  );
  return [...labelled, ...(await Promise.all(others)).flat()];
}

/** Every app of a namespace, or of all of them; with `name`, that one, if it is there. */
export async function readApps(cluster: Cluster, namespace: string, name?: string): Promise<VacationApp[]> {
  try {
    const fieldSelector = name === undefined ? {} : { fieldSelector: `metadata.name=${name}` };
    return await cluster.list<VacationApp>(APPS, { namespace, ...fieldSelector });
  } catch (error) {
    const failure = failureOf(error);
    throw failure.outcome === 'notFound'
      ? new PluginError('notFound', 'The cluster does not know VacationApps: is the operator installed?', {
          cause: error,
        })
      : failure;
  }
}
