import { createHash } from 'node:crypto';
import type {
  V1Deployment,
  V1Job,
  V1PersistentVolumeClaim,
  V1Pod,
  V1StatefulSet,
  V2HorizontalPodAutoscaler,
} from '@kubernetes/client-node';
import type { ApiRequest } from '../../../operator/runtime/api-client.ts';
import { pathOf, type Kind, type KubeObject } from '../../../operator/runtime/kinds.ts';
import { AUTOSCALER, DEPLOYMENT, JOB, POD, STATEFUL_SET, VOLUME_CLAIM } from '../../../operator/vacation-app/kinds.ts';

type Live<T> = T & KubeObject;

/** What the workload controllers look at, and what chance decides for them. */
export interface Scene {
  get(kind: Kind, namespace: string, name: string): KubeObject | undefined;
  /** How many web pods the load asks for, before the autoscaler's bounds. */
  load(app: string): number;
  /** Whether this Job is one that fails. */
  fails(job: KubeObject): boolean;
  now(): Date;
}

export const WORKLOAD_KINDS: readonly Kind[] = [STATEFUL_SET, VOLUME_CLAIM, JOB, POD, DEPLOYMENT, AUTOSCALER];

/** What Kubernetes' own controllers and the kubelet would write next about an object; undefined when they are content. */
export function nextWrite(object: KubeObject, scene: Scene): ApiRequest | undefined {
  if (object.metadata.deletionTimestamp !== undefined) return undefined;
  switch (object.kind) {
    case STATEFUL_SET.kind:
      return ofStatefulSet(object, scene);
    case VOLUME_CLAIM.kind:
      return ofVolumeClaim(object);
    case JOB.kind:
      return ofJob(object, scene);
    case POD.kind:
      return ofPod(object);
    case DEPLOYMENT.kind:
      return ofDeployment(object);
    case AUTOSCALER.kind:
      return ofAutoscaler(object as Live<V2HorizontalPodAutoscaler>, scene);
    default:
      return undefined;
  }
}

function ofStatefulSet(set: Live<V1StatefulSet>, scene: Scene): ApiRequest | undefined {
  const { namespace = '', name } = set.metadata;
  const [template] = set.spec?.volumeClaimTemplates ?? [];
  const claim = `${template?.metadata?.name ?? 'data'}-${name}-0`;
  if (template && scene.get(VOLUME_CLAIM, namespace, claim) === undefined) {
    const metadata = { name: claim, namespace, labels: template.metadata?.labels ?? {} };
    return created(VOLUME_CLAIM, { metadata, spec: template.spec });
  }
  const replicas = set.spec?.replicas ?? 1;
  const revision = `${name}-${hashOf(set.spec?.template)}`;
  return statusOf(STATEFUL_SET, set, {
    observedGeneration: set.metadata.generation,
    replicas,
    ...counts(replicas, 'readyReplicas', 'availableReplicas'),
    currentRevision: revision,
    updateRevision: revision,
  });
}

const ofVolumeClaim = (claim: Live<V1PersistentVolumeClaim>): ApiRequest | undefined =>
  statusOf(VOLUME_CLAIM, claim, {
    phase: 'Bound',
    accessModes: ['ReadWriteOnce'],
    capacity: { storage: claim.spec?.resources?.requests?.storage ?? '1Gi' },
  });

function ofJob(job: Live<V1Job>, scene: Scene): ApiRequest | undefined {
  const { namespace = '', name, uid = '' } = job.metadata;
  const ended = job.status?.conditions?.some(({ type }) => type === 'Complete' || type === 'Failed') ?? false;
  if (ended) return undefined;
  const now = `${scene.now().toISOString().slice(0, 19)}Z`;
  const condition = (type: string): object => ({ type, status: 'True', lastTransitionTime: now });
  if (scene.fails(job)) {
    const conditions = [condition('FailureTarget'), condition('Failed')];
    return statusOf(JOB, job, { startTime: now, failed: 5, uncountedTerminatedPods: {}, conditions });
  }
  const pod = scene.get(POD, namespace, `${name}-pod`);
  if (pod === undefined) {
    const template = job.spec?.template;
    const labels = { ...template?.metadata?.labels, 'batch.kubernetes.io/job-name': name };
    const owner = { apiVersion: JOB.apiVersion, kind: JOB.kind, name, uid, controller: true };
    const metadata = { name: `${name}-pod`, namespace, labels, ownerReferences: [owner] };
    return created(POD, { metadata, spec: template?.spec });
  }
  if ((pod as V1Pod).status?.phase !== 'Succeeded') return undefined;
  const conditions = [condition('SuccessCriteriaMet'), condition('Complete')];
  const status = { startTime: now, completionTime: now, succeeded: 1, uncountedTerminatedPods: {}, conditions };
  return statusOf(JOB, job, status);
}

/** Only migrations have pods here: each succeeds, and reports what the real one does. */
function ofPod(pod: Live<V1Pod>): ApiRequest | undefined {
  if (pod.status?.phase === 'Succeeded') return undefined;
  const container = pod.spec?.containers[0];
  const message = JSON.stringify({ schemaVersion: '001', databaseVersion: '8.4.3' });
  const state = { terminated: { exitCode: 0, reason: 'Completed', message } };
  const status = { name: container?.name, image: container?.image, imageID: '', ready: false, restartCount: 0, state };
  return statusOf(POD, pod, { phase: 'Succeeded', containerStatuses: [status] });
}

function ofDeployment(deployment: Live<V1Deployment>): ApiRequest | undefined {
  const replicas = deployment.spec?.replicas ?? 1;
  return statusOf(DEPLOYMENT, deployment, {
    observedGeneration: deployment.metadata.generation,
    ...counts(replicas, 'replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'),
  });
}

function ofAutoscaler(autoscaler: Live<V2HorizontalPodAutoscaler>, scene: Scene): ApiRequest | undefined {
  const { metadata, spec } = autoscaler;
  const target = scene.get(DEPLOYMENT, metadata.namespace ?? '', spec.scaleTargetRef.name) as V1Deployment | undefined;
  if (!target) return undefined;
  const current = target.spec?.replicas ?? 1;
  const app = metadata.labels?.['interstellar.dev/app'] ?? '';
  const wanted = Math.max(spec.minReplicas ?? 1, Math.min(spec.maxReplicas, scene.load(app)));
  // A target of zero is switched off: the autoscaler leaves it alone.
  const desired = current === 0 ? 0 : wanted;
  if (current !== desired) {
    return {
      method: 'PATCH',
      path: pathOf(DEPLOYMENT, metadata.namespace ?? '', spec.scaleTargetRef.name, 'scale'),
      query: { fieldManager: 'horizontal-pod-autoscaler' },
      contentType: 'application/merge-patch+json',
      body: { spec: { replicas: desired } },
    };
  }
  const active = current === 0 ? 'False' : 'True';
  const condition = (type: string, status: string, reason: string): object => ({
    type,
    status,
    reason,
    message: reason,
  });
  return statusOf(AUTOSCALER, autoscaler, {
    currentReplicas: current,
    desiredReplicas: desired,
    conditions: [
      condition('AbleToScale', 'True', 'ReadyForNewScale'),
      condition('ScalingActive', active, current === 0 ? 'ScalingDisabled' : 'ValidMetricFound'),
    ],
  });
}

/** Of none there is no count: null takes the field away. */
const counts = (replicas: number, ...fields: string[]): object =>
  Object.fromEntries(fields.map((field) => [field, replicas === 0 ? null : replicas]));

/** The write that makes the status so, where it is not: everything given must be there already. */
function statusOf(kind: Kind, object: KubeObject & { status?: object }, status: object): ApiRequest | undefined {
  const live = (object.status ?? {}) as Record<string, unknown>;
  const moved = Object.entries(status as Record<string, unknown>).filter(([name, value]) => !holds(live[name], value));
  if (moved.length === 0) return undefined;
  const { namespace = '', name } = object.metadata;
  return {
    method: 'PATCH',
    path: pathOf(kind, namespace, name, 'status'),
    query: { fieldManager: 'workloads' },
    contentType: 'application/merge-patch+json',
    body: { metadata: { uid: object.metadata.uid }, status: Object.fromEntries(moved) },
  };
}

/** As much as is given, since the API server adds to what it is told. */
function holds(live: unknown, given: unknown): boolean {
  if (Array.isArray(given)) {
    return (
      Array.isArray(live) && live.length === given.length && given.every((item, index) => holds(live[index], item))
    );
  }
  if (typeof given === 'object' && given !== null) {
    return (
      typeof live === 'object' &&
      live !== null &&
      Object.entries(given).every(([name, value]) => holds((live as Record<string, unknown>)[name], value))
    );
  }
  return live === given || (given === null && live === undefined);
}

const created = (kind: Kind, object: { metadata: { namespace: string }; spec: unknown }): ApiRequest => ({
  method: 'POST',
  path: pathOf(kind, object.metadata.namespace),
  body: { apiVersion: kind.apiVersion, kind: kind.kind, ...object },
});

const hashOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 8);
