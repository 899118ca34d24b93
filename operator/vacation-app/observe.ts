import type {
  V1ConfigMap,
  V1ContainerStateTerminated,
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
import { childName, credentialsName, LABEL, volumeClaimName, type Component } from './names.ts';
import type { HttpRoute } from './web/web-http-route.ts';
import type { UserSecrets } from './credentials/user-secrets.ts';

/** The live children that decide what is wanted next and what is true now. */
export interface Observed {
  readonly secret: V1Secret | undefined;
  /** The user's own Secrets that the spec names. */
  readonly userSecrets: UserSecrets;
  readonly statefulSet: V1StatefulSet | undefined;
  readonly volumeClaim: V1PersistentVolumeClaim | undefined;
  readonly jobs: readonly V1Job[];
  /** That of the web pods. */
  readonly configMap: V1ConfigMap | undefined;
  readonly deployment: V1Deployment | undefined;
  readonly autoscaler: V2HorizontalPodAutoscaler | undefined;
  readonly webService: V1Service | undefined;
  readonly ingress: V1Ingress | undefined;
  readonly httpRoute: HttpRoute | undefined;
  readonly isGatewayApiServed: boolean;
  readonly pods: readonly V1Pod[];
}

/** What the caches hold about an app's children. */
export function observe(app: CompleteApp, cluster: Cluster, userSecrets: UserSecrets): Observed {
  const { namespace = '', uid = '' } = app.metadata;
  const get = (kind: Kind, name: string): KubeObject | undefined => cluster.store(kind).get(namespace, name);
  return {
    secret: get(SECRET, credentialsName(app)),
    userSecrets,
    statefulSet: get(STATEFUL_SET, childName(app, 'mysql')),
    // One that an app of this name left behind is nothing to an app whose database is elsewhere.
    volumeClaim: app.spec.database.managed && get(VOLUME_CLAIM, volumeClaimName(app)),
    jobs: cluster.store(JOB).ownedBy(uid),
    configMap: get(CONFIG_MAP, childName(app, 'web')),
    deployment: get(DEPLOYMENT, childName(app, 'web')),
    autoscaler: get(AUTOSCALER, childName(app, 'web')) as V2HorizontalPodAutoscaler | undefined,
    webService: get(SERVICE, childName(app, 'web')),
    ingress: get(INGRESS, childName(app, 'web')),
    httpRoute: get(HTTP_ROUTE, childName(app, 'web')) as HttpRoute | undefined,
    isGatewayApiServed: cluster.store(HTTP_ROUTE).isServed,
    pods: cluster.store(POD).inGroup(keyOf(app)),
  };
}

export const podsOf = (observed: Pick<Observed, 'pods'>, component: Component): V1Pod[] =>
  observed.pods.filter((pod) => pod.metadata?.labels?.[LABEL.component] === component);

/** What a finished migration wrote into its pod's termination message. */
export interface MigrationReport {
  readonly schemaVersion?: string;
  readonly databaseVersion?: string;
}

export function migrationReport(observed: Pick<Observed, 'pods'>, jobName: string): MigrationReport {
  const pods = observed.pods.filter((pod) => jobNameOf(pod) === jobName);
  return reportOf(saidByPods(pods.filter((pod) => terminated(pod)?.exitCode === 0)));
}

export const podsOfJob = ({ pods }: Pick<Observed, 'pods'>, job: V1Job): V1Pod[] =>
  pods.filter((pod) => jobNameOf(pod) === job.metadata?.name);

/** What a Job's pod wrote into its termination message, however it ended; empty where it said nothing. */
export const saidBy = (observed: Pick<Observed, 'pods'>, job: V1Job): Readonly<Record<string, unknown>> =>
  saidByPods(podsOfJob(observed, job));

function saidByPods(pods: readonly V1Pod[]): Readonly<Record<string, unknown>> {
  for (const pod of pods) {
    const { message } = terminated(pod) ?? {};
    if (message === undefined) continue;
    try {
      return (JSON.parse(message) ?? {}) as Record<string, unknown>;
    } catch {
      return {};
    }
  }
  return {};
}

const jobNameOf = (pod: V1Pod): string | undefined => pod.metadata?.labels?.['batch.kubernetes.io/job-name'];
const terminated = (pod: V1Pod): V1ContainerStateTerminated | undefined =>
  pod.status?.containerStatuses?.[0]?.state?.terminated;

/** An image of somebody else's may say there what it likes: only what fits an annotation and the status is taken. */
export function reportOf({ schemaVersion, databaseVersion }: Readonly<Record<string, unknown>>): MigrationReport {
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
export const failedAt = (job: V1Job | undefined): number | undefined => becameAt(job, ['Failed']);

/** When it ended, whether it failed or not. */
export const finishedAt = (job: V1Job | undefined): number | undefined => becameAt(job, ['Complete', 'Failed']);

function becameAt(job: V1Job | undefined, types: readonly string[]): number | undefined {
  const end = job?.status?.conditions?.find(({ type, status }) => types.includes(type) && status === 'True');
  return end?.lastTransitionTime === undefined ? undefined : new Date(end.lastTransitionTime).getTime();
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

export function isManagedDatabaseReady({ statefulSet }: Pick<Observed, 'statefulSet'>): boolean {
  const { metadata, status } = statefulSet ?? {};
  return (
    status?.observedGeneration === metadata?.generation &&
    (status?.readyReplicas ?? 0) >= 1 &&
    status?.currentRevision === status?.updateRevision
  );
}
