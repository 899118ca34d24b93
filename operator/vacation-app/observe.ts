import type {
  V1ConfigMap,
  V1Deployment,
  V1Ingress,
  V1Job,
  V1PersistentVolumeClaim,
  V1Pod,
  V1Secret,
  V1Service,
  V1StatefulSet,
  V2HorizontalPodAutoscaler,
} from '@kubernetes/client-node';
import type { CompleteApp } from '../api/defaults.ts';
import type { Cluster } from '../runtime/apply/cluster.ts';
import { keyOf, type Kind, type KubeObject } from '../runtime/client/kinds.ts';
import {
  AUTOSCALER,
  CONFIG_MAP,
  DEPLOYMENT,
  HTTP_ROUTE,
  INGRESS,
  JOB,
  POD,
  SECRET,
  SERVICE,
  STATEFUL_SET,
  VOLUME_CLAIM,
} from './kinds.ts';
import { databaseKindOf } from './database/database.ts';
import { childName, credentialsName } from './names.ts';
import type { HttpRoute } from './web/web-http-route.ts';
import type { UserSecrets } from './credentials/user-secrets.ts';
import type { Refusals } from './refusals.ts';
import type { Unlabelled } from './unlabelled.ts';

/** The live objects that the plan and the status are computed from. */
export interface Observed {
  readonly secret: V1Secret | undefined;
  /** The user's Secrets that the spec names. */
  readonly userSecrets: UserSecrets;
  /** Why workloads have no pods. */
  readonly refusals: Refusals;
  readonly statefulSet: V1StatefulSet | undefined;
  readonly volumeClaim: V1PersistentVolumeClaim | undefined;
  readonly jobs: readonly V1Job[];
  /** The web ConfigMap. */
  readonly configMap: V1ConfigMap | undefined;
  readonly deployment: V1Deployment | undefined;
  readonly autoscaler: V2HorizontalPodAutoscaler | undefined;
  readonly webService: V1Service | undefined;
  readonly ingress: V1Ingress | undefined;
  readonly httpRoute: HttpRoute | undefined;
  readonly isGatewayApiServed: boolean;
  readonly pods: readonly V1Pod[];
}

/** The part that is not in the caches and is read beforehand. */
export interface Asked extends Pick<Observed, 'userSecrets' | 'refusals'> {
  /** See `readUnlabelled()`. */
  readonly unlabelled?: Unlabelled;
}

/** Reads the app's children from the caches. */
export function observe(
  app: CompleteApp,
  cluster: Pick<Cluster, 'store'>,
  { unlabelled = {}, ...asked }: Asked,
): Observed {
  const { namespace = '', uid = '' } = app.metadata;
  const { volume } = databaseKindOf(app);
  const get = (kind: Kind, name: string): KubeObject | undefined => cluster.store(kind).get(namespace, name);
  return {
    secret: get(SECRET, credentialsName(app)),
    ...asked,
    statefulSet: get(STATEFUL_SET, childName(app, 'mysql')) ?? unlabelled.statefulSet,
    // An app with an external database ignores the claim of an earlier app of the same name.
    volumeClaim: volume && get(VOLUME_CLAIM, volume.claimName(app)),
    jobs: cluster.store(JOB).ownedBy(uid),
    configMap: get(CONFIG_MAP, childName(app, 'web')),
    deployment: get(DEPLOYMENT, childName(app, 'web')) ?? unlabelled.deployment,
    autoscaler: get(AUTOSCALER, childName(app, 'web')) as V2HorizontalPodAutoscaler | undefined,
    webService: get(SERVICE, childName(app, 'web')),
    ingress: get(INGRESS, childName(app, 'web')),
    httpRoute: get(HTTP_ROUTE, childName(app, 'web')) as HttpRoute | undefined,
    isGatewayApiServed: cluster.store(HTTP_ROUTE).isServed,
    pods: cluster.store(POD).inGroup(keyOf(app)),
  };
}
