import type { V1Deployment, V1Job, V1Pod, V2HorizontalPodAutoscaler } from '@kubernetes/client-node';
import type { ApiRequest } from '../../../operator/runtime/client/api-client.ts';
import { pathOf, type Kind, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { AUTOSCALER, DEPLOYMENT, JOB, POD, STATEFUL_SET, VOLUME_CLAIM } from '../../../operator/vacation-app/kinds.ts';
import { claimOf, hashOf, ofDatabasePod, ofStatefulSet, ofVolumeClaim, secondsOf } from './database-workload.ts';
import { createdUnlessRefused, hindranceOf, isMistyped, REFUSAL, type PodHindrance } from './pods.ts';
import { counts, deleted, statusOf } from './writes.ts';

export type Live<T> = T & KubeObject;

/** What pods find of the database that they use. */
export interface Database {
  hasCredentials(): boolean;
  /** How it goes for who logs in with the credentials that are there now; `unanswered` where nobody can try. */
  logIn(): 'accepted' | 'refused' | 'unanswered';
  /** Whether the schema is there that this image needs. */
  hasSchema(image: string): boolean;
}

/** What the workload controllers look at, and what chance decides for them. */
export interface Scene {
  get(kind: Kind, namespace: string, name: string): KubeObject | undefined;
  /** How many web pods the load asks for, before the autoscaler's bounds. */
  load(app: string): number;
  /** Whether this Job is one that fails. */
  fails(job: KubeObject): boolean;
  /** What keeps new pods from starting, whatever they are. */
  hindrance?(): PodHindrance | undefined;
  now(): Date;
  /** Where there is none, it is always as it has to be. */
  readonly database?: Database;
}

export const WORKLOAD_KINDS: readonly Kind[] = [STATEFUL_SET, VOLUME_CLAIM, JOB, POD, DEPLOYMENT, AUTOSCALER];

/** What Kubernetes' own controllers and the kubelet would write next about an object; undefined when they are content. */
export function nextWrite(object: KubeObject, scene: Scene): ApiRequest | undefined {
  if (object.metadata.deletionTimestamp !== undefined && object.kind !== VOLUME_CLAIM.kind) return undefined;
  switch (object.kind) {
    case STATEFUL_SET.kind:
      return ofStatefulSet(object, scene);
    case VOLUME_CLAIM.kind:
      return ofVolumeClaim(object, scene);
    case JOB.kind:
      return ofJob(object, scene);
    case POD.kind:
      return ofPod(object, scene);
    case DEPLOYMENT.kind:
      return ofDeployment(object, scene);
    case AUTOSCALER.kind:
      return ofAutoscaler(object as Live<V2HorizontalPodAutoscaler>, scene);
    default:
      return undefined;
  }
}

function ofJob(job: Live<V1Job>, scene: Scene): ApiRequest | undefined {
  const { namespace = '', name, uid = '' } = job.metadata;
  const ended = job.status?.conditions?.some(({ type }) => type === 'Complete' || type === 'Failed') ?? false;
  if (ended) return undefined;
  const now = secondsOf(scene.now());
  const condition = (type: string): object => ({ type, status: 'True', lastTransitionTime: now });
  const podName = `${name}-${uid.slice(-5)}`;
  const pod = scene.get(POD, namespace, podName) as Live<V1Pod> | undefined;
  if (job.spec?.suspend === true) {
    if (pod && !hasSucceeded(pod)) return deleted(POD, pod);
    return statusOf(JOB, job, { conditions: [{ ...condition('Suspended'), reason: 'JobSuspended' }] });
  }
  const isLockedOut = pod !== undefined && !hasSucceeded(pod) && scene.database?.logIn() === 'refused';
  if (isLockedOut || scene.fails(job)) {
    const conditions = [condition('FailureTarget'), condition('Failed')];
    return statusOf(JOB, job, { startTime: now, failed: 5, uncountedTerminatedPods: {}, conditions });
  }
  if (pod === undefined) {
    const template = job.spec?.template;
    const labels = { ...template?.metadata?.labels, 'batch.kubernetes.io/job-name': name };
    const owner = { apiVersion: JOB.apiVersion, kind: JOB.kind, name, uid, controller: true };
    const metadata = { name: podName, namespace, labels, ownerReferences: [owner] };
    return createdUnlessRefused(job, { metadata, spec: template?.spec }, scene);
  }
  if (!hasSucceeded(pod)) return undefined;
  const conditions = [condition('SuccessCriteriaMet'), condition('Complete')];
  const status = { startTime: now, completionTime: now, succeeded: 1, uncountedTerminatedPods: {}, conditions };
  return statusOf(JOB, job, status);
}

/** Only MySQL and migrations have pods here. A migration waits for MySQL, succeeds where it may log in, and reports what the real one does. */
function ofPod(pod: Live<V1Pod>, scene: Scene): ApiRequest | undefined {
  if (claimOf(pod) !== '') return ofDatabasePod(pod, scene);
  if (hasSucceeded(pod) || (scene.database?.logIn() ?? 'accepted') !== 'accepted') return undefined;
  const hindrance = hindranceOf(pod, scene);
  if (hindrance) return statusOf(POD, pod, hindrance);
  const container = pod.spec?.containers[0];
  const message = JSON.stringify({ schemaVersion: '001', databaseVersion: '8.4.3' });
  const state = { terminated: { exitCode: 0, reason: 'Completed', message } };
  const status = { name: container?.name, image: container?.image, imageID: '', ready: false, restartCount: 0, state };
  return statusOf(POD, pod, { phase: 'Succeeded', containerStatuses: [status] });
}

const hasSucceeded = ({ status }: V1Pod): boolean => status?.phase === 'Succeeded';

/**
 * Its pods are ready while the schema that they need is there; while MySQL cannot be asked, those stay ready that were. Where new pods cannot
 * start, or the rollout is paused, the old ones stay. Which template was rolled out last stands in the condition `Progressing`.
 */
function ofDeployment(deployment: Live<V1Deployment>, scene: Scene): ApiRequest | undefined {
  const { replicas = 1, paused = false, template } = deployment.spec ?? {};
  const image = template?.spec?.containers[0]?.image ?? '';
  const logIn = scene.database?.logIn() ?? 'accepted';
  const hasSchema = scene.database?.hasSchema(image) ?? true;
  const revision = hashOf(template);
  const rolledOut = rolledOutBy(deployment);
  const isOutdated = rolledOut !== revision;
  const { readyReplicas: before = 0 } = deployment.status ?? {};
  const hindrance = scene.hindrance?.();
  const isBlocked = (isOutdated || before < replicas) && (hindrance !== undefined || isMistyped(image));
  const isHeld = paused && isOutdated;
  const old = { ready: logIn === 'refused' ? 0 : Math.min(before, replicas), updated: isOutdated ? 0 : replicas };
  const isServing = logIn === 'accepted' && hasSchema;
  const current = { ready: logIn === 'unanswered' ? old.ready : isServing ? replicas : 0, updated: replicas };
  const { ready, updated } = isHeld || isBlocked ? old : current;
  const isRefused = isBlocked && !isHeld && hindrance === 'refused';
  return statusOf(DEPLOYMENT, deployment, {
    observedGeneration: deployment.metadata.generation,
    ...counts(isHeld && rolledOut === '' ? 0 : replicas, 'replicas'),
    ...counts(updated, 'updatedReplicas'),
    ...counts(ready, 'readyReplicas', 'availableReplicas'),
    conditions: [
      progressOf(isHeld || isBlocked ? rolledOut : revision, isHeld, isBlocked),
      ...(isRefused ? [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: REFUSAL }] : []),
    ],
  });
}

/** The revision of the pods that run; empty before the first rollout. */
const rolledOutBy = ({ status }: V1Deployment): string => {
  const progress = status?.conditions?.find(({ type }) => type === 'Progressing');
  return /^ReplicaSet "(.*)"/.exec(progress?.message ?? '')?.[1] ?? '';
};

function progressOf(revision: string, isHeld: boolean, isBlocked: boolean): object {
  const [status, reason] = isHeld
    ? ['Unknown', 'DeploymentPaused']
    : isBlocked
      ? ['False', 'ProgressDeadlineExceeded']
      : ['True', 'NewReplicaSetAvailable'];
  return { type: 'Progressing', status, reason, message: `ReplicaSet "${revision}" was rolled out last` };
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
