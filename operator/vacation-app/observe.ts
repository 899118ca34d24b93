import type {
  V1Deployment,
  V1Ingress,
  V1Job,
  V1PersistentVolumeClaim,
  V1Pod,
  V1Secret,
  V1StatefulSet,
  V2HorizontalPodAutoscaler,
} from '@kubernetes/client-node';
import type { CompleteApp } from '../api/defaults.ts';
import type { Cluster } from '../runtime/cluster.ts';
import { keyOf, type Kind, type KubeObject } from '../runtime/kinds.ts';
import { AUTOSCALER, DEPLOYMENT, HTTP_ROUTE, INGRESS, JOB, POD, SECRET, STATEFUL_SET, VOLUME_CLAIM } from './kinds.ts';
import { childName, credentialsName, LABEL, volumeClaimName, type Component } from './names.ts';
import type { HttpRoute } from './resources/web-http-route.ts';

/** The live children that decide what is wanted next and what is true now. */
export interface Observed {
  readonly secret: V1Secret | undefined;
  readonly statefulSet: V1StatefulSet | undefined;
  readonly volumeClaim: V1PersistentVolumeClaim | undefined;
  readonly jobs: readonly V1Job[];
  readonly deployment: V1Deployment | undefined;
  readonly autoscaler: V2HorizontalPodAutoscaler | undefined;
  readonly ingress: V1Ingress | undefined;
  readonly httpRoute: HttpRoute | undefined;
  readonly isGatewayApiServed: boolean;
  readonly pods: readonly V1Pod[];
}

/** What the caches hold about an app's children. */
export function observe(app: CompleteApp, cluster: Cluster): Observed {
  const { namespace = '', uid = '' } = app.metadata;
  const get = (kind: Kind, name: string): KubeObject | undefined => cluster.store(kind).get(namespace, name);
  return {
    secret: get(SECRET, credentialsName(app)),
    statefulSet: get(STATEFUL_SET, childName(app, 'mysql')),
    volumeClaim: get(VOLUME_CLAIM, volumeClaimName(app)),
    jobs: cluster.store(JOB).ownedBy(uid),
    deployment: get(DEPLOYMENT, childName(app, 'web')),
    autoscaler: get(AUTOSCALER, childName(app, 'web')) as V2HorizontalPodAutoscaler | undefined,
    ingress: get(INGRESS, childName(app, 'web')),
    httpRoute: get(HTTP_ROUTE, childName(app, 'web')) as HttpRoute | undefined,
    isGatewayApiServed: cluster.store(HTTP_ROUTE).isServed,
    pods: cluster.store(POD).inGroup(keyOf(app)),
  };
}

export const podsOf = (observed: Pick<Observed, 'pods'>, component: Component | 'migration'): V1Pod[] =>
  observed.pods.filter((pod) => pod.metadata?.labels?.[LABEL.component] === component);

/** What a finished migration wrote into its pod's termination message. */
export interface MigrationReport {
  readonly schemaVersion?: string;
  readonly databaseVersion?: string;
}

export function migrationReport(observed: Pick<Observed, 'pods'>, jobName: string): MigrationReport {
  for (const pod of podsOf(observed, 'migration')) {
    if (pod.metadata?.labels?.['batch.kubernetes.io/job-name'] !== jobName) continue;
    const ended = pod.status?.containerStatuses?.[0]?.state?.terminated;
    if (ended?.exitCode !== 0 || ended.message === undefined) continue;
    try {
      return reportOf(JSON.parse(ended.message));
    } catch {
      return {};
    }
  }
  return {};
}

/** An image of somebody else's may say there what it likes: only what fits an annotation and the status is taken. */
function reportOf(said: unknown): MigrationReport {
  const { schemaVersion, databaseVersion } = (said ?? {}) as Record<string, unknown>;
  const fits = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 64;
  return {
    ...(fits(schemaVersion) ? { schemaVersion } : {}),
    ...(fits(databaseVersion) ? { databaseVersion } : {}),
  };
}

export const jobCondition = (job: V1Job | undefined, type: 'Complete' | 'Failed'): boolean =>
  job?.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;

export const jobNamed = ({ jobs }: Pick<Observed, 'jobs'>, name: string): V1Job | undefined =>
  jobs.find(({ metadata }) => metadata?.name === name);

/** When the Job failed, in milliseconds since the epoch. */
export function failedAt(job: V1Job | undefined): number | undefined {
  const failed = job?.status?.conditions?.find(({ type, status }) => type === 'Failed' && status === 'True');
  return failed?.lastTransitionTime === undefined ? undefined : new Date(failed.lastTransitionTime).getTime();
}

/** Whether the pod runs, or may yet. */
export const isAlive = ({ status }: V1Pod): boolean => status?.phase !== 'Succeeded' && status?.phase !== 'Failed';

/** Whether the live children prove that nothing of the app runs, nor is about to. */
export const isAtRest = ({ deployment, statefulSet, pods }: Observed): boolean =>
  [deployment, statefulSet].every(hasNoPods) && !pods.some(isAlive);

function hasNoPods(workload: V1Deployment | V1StatefulSet | undefined): boolean {
  if (!workload) return true;
  const { metadata, spec, status } = workload;
  const isCurrent = status?.observedGeneration === metadata?.generation;
  return spec?.replicas === 0 && isCurrent && (status?.replicas ?? 0) === 0;
}

export function isDatabaseReady({ statefulSet }: Pick<Observed, 'statefulSet'>): boolean {
  const { metadata, status } = statefulSet ?? {};
  return (
    status?.observedGeneration === metadata?.generation &&
    (status?.readyReplicas ?? 0) >= 1 &&
    status?.currentRevision === status?.updateRevision
  );
}
