import { createHash } from 'node:crypto';
import type { V1PersistentVolumeClaim, V1Pod, V1StatefulSet } from '@kubernetes/client-node';
import type { ApiRequest } from '../../../operator/runtime/client/api-client.ts';
import type { KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { POD, STATEFUL_SET, VOLUME_CLAIM } from '../../../operator/vacation-app/kinds.ts';
import { createdUnlessRefused, hindranceOf, podConditions } from './pods.ts';
import { counts, created, deleted, patched, statusOf, type Made } from './writes.ts';
import type { Live, Scene } from './workloads.ts';

const REVISION = 'controller-revision-hash';

/** What its controller does for a StatefulSet of one pod: the claim first, then the pod, which follows the template. */
export function ofStatefulSet(set: Live<V1StatefulSet>, scene: Scene): ApiRequest | undefined {
  const { namespace = '', name } = set.metadata;
  const [template] = set.spec?.volumeClaimTemplates ?? [];
  const wanted = set.spec?.replicas ?? 1;
  const revision = revisionOf(set);
  const pod = scene.get(POD, namespace, `${name}-0`);
  const isOld = pod !== undefined && isOutdated(pod, set);
  const isReady = pod !== undefined && isRunning(pod);
  const isOnDelete = set.spec?.updateStrategy?.type === 'OnDelete';
  // One that is not ready is waited for, outdated as it may be.
  if (pod && (wanted === 0 || (isOld && isReady && !isOnDelete))) return deleted(POD, pod);
  // A pod that waits for a claim gets a new one where that has gone.
  if (wanted > 0 && !(pod && isRunning(pod)) && template) {
    const claimName = `${template.metadata?.name ?? 'data'}-${name}-0`;
    const claim = scene.get(VOLUME_CLAIM, namespace, claimName);
    if (!claim) {
      const metadata = { name: claimName, namespace, labels: template.metadata?.labels ?? {} };
      return created(VOLUME_CLAIM, { metadata, spec: template.spec });
    }
    // No pod is made for a claim that is going.
    if (!pod && claim.metadata.deletionTimestamp === undefined) {
      const creation = createdUnlessRefused(set, podOf(set, revision, claimName), scene);
      if (creation) return creation;
    }
  }
  const isComplete = !isOnDelete && (wanted === 0 || (isReady && !isOld));
  return statusOf(STATEFUL_SET, set, {
    observedGeneration: set.metadata.generation,
    replicas: pod ? 1 : 0,
    ...counts(isReady ? 1 : 0, 'readyReplicas', 'availableReplicas'),
    ...counts(pod && !isOld ? 1 : 0, 'updatedReplicas'),
    currentRevision: isComplete ? revision : (set.status?.currentRevision ?? revision),
    updateRevision: revision,
  });
}

/** Whether the pod was made of another template. */
export const isOutdated = ({ metadata }: KubeObject, set: Live<V1StatefulSet>): boolean =>
  metadata.labels?.[REVISION] !== revisionOf(set);

export const revisionOf = ({ metadata: { name }, spec }: Live<V1StatefulSet>): string =>
  `${name}-${hashOf(spec?.template)}`;

function podOf(set: Live<V1StatefulSet>, revision: string, claimName: string): Made {
  const { namespace = '', name, uid = '' } = set.metadata;
  const { metadata, spec } = set.spec?.template ?? {};
  const owner = { apiVersion: STATEFUL_SET.apiVersion, kind: STATEFUL_SET.kind, name, uid, controller: true };
  const labels = { ...metadata?.labels, [REVISION]: revision, 'statefulset.kubernetes.io/pod-name': `${name}-0` };
  const data = { name: 'data', persistentVolumeClaim: { claimName } };
  return {
    metadata: { name: `${name}-0`, namespace, labels, ownerReferences: [owner] },
    spec: { ...spec, volumes: [...(spec?.volumes ?? []), data] },
  };
}

/** The kubelet starts MySQL once its volume is bound and its Secret is there; it answers pings whatever the passwords are. */
export function ofDatabasePod(pod: Live<V1Pod>, scene: Scene): ApiRequest | undefined {
  if (isRunning(pod)) return undefined;
  const hindrance = hindranceOf(pod, scene);
  if (hindrance) return statusOf(POD, pod, hindrance);
  const { namespace = '', name } = pod.metadata;
  const claim = scene.get(VOLUME_CLAIM, namespace, claimOf(pod)) as V1PersistentVolumeClaim | undefined;
  const isMountable = claim?.status?.phase === 'Bound' && claim.metadata?.deletionTimestamp === undefined;
  if (!isMountable || scene.database?.hasCredentials() === false) return undefined;
  const container = pod.spec?.containers[0];
  const state = { running: { startedAt: secondsOf(scene.now()) } };
  const status = { name: container?.name ?? name, image: container?.image ?? '', imageID: '', ready: true, restartCount: 0, state }; // prettier-ignore
  return statusOf(POD, pod, { phase: 'Running', conditions: podConditions(true), containerStatuses: [status] });
}

/** Bound at once; one that is being deleted goes when no pod is left on a node for it, which none is for a claim that is not bound. */
export function ofVolumeClaim(claim: Live<V1PersistentVolumeClaim>, scene: Scene): ApiRequest | undefined {
  const { namespace = '', name, deletionTimestamp } = claim.metadata;
  if (deletionTimestamp !== undefined) {
    const user = scene.get(POD, namespace, /^data-(.*)$/.exec(name)?.[1] ?? '');
    if (user && claim.status?.phase === 'Bound') return undefined;
    return patched('pvc-protection-controller', VOLUME_CLAIM, namespace, name, { metadata: { finalizers: null } });
  }
  return statusOf(VOLUME_CLAIM, claim, {
    phase: 'Bound',
    accessModes: ['ReadWriteOnce'],
    capacity: { storage: claim.spec?.resources?.requests?.storage ?? '1Gi' },
  });
}

export const isRunning = (pod: KubeObject & Pick<V1Pod, 'status'>): boolean => pod.status?.phase === 'Running';

/** The name of the claim that the pod mounts; empty where it mounts none. */
export const claimOf = ({ spec }: Pick<V1Pod, 'spec'>): string =>
  spec?.volumes?.find(({ persistentVolumeClaim }) => persistentVolumeClaim)?.persistentVolumeClaim?.claimName ?? '';

/** As Kubernetes writes times. */
export const secondsOf = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;

export const hashOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 8);
