import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import type { Kind, KubeObject } from '../runtime/client/kinds.ts';
import { createManagedFieldsPruner } from '../runtime/apply/owned-fields.ts';
import { VACATION_APP } from '../api/vacation-app.ts';
import { JOB, POD } from './kinds.ts';
import { FIELD_MANAGER, HANDOVER_MANAGER } from './names.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Reduces objects to the parts that the caches hold. To read another part of an object, add it here first.
 *
 * 1. Pods, the most numerous and largest objects: only their state. The operator does not write them.
 * 2. Jobs: everything except the spec. It cannot change, so it is never compared.
 * 3. Apps: everything except the managed fields of others. Their metadata are sent with their status.
 * 4. Other kinds: everything except the managed fields of others and kubectl's annotation.
 */
export function createTransform(): (kind: Kind) => (object: KubeObject) => KubeObject {
  const prune = createManagedFieldsPruner([FIELD_MANAGER, HANDOVER_MANAGER]);
  return (kind) => {
    if (kind === POD) return (pod) => ofPod(pod);
    if (kind === JOB) return (job) => prune(withoutSpec(job));
    if (kind === VACATION_APP) return (app) => prune(app);
    return (object) => prune(withoutLastApplied(object));
  };
}

function ofPod({ metadata, status = {}, ...pod }: V1Pod & KubeObject): KubeObject & Pick<V1Pod, 'status'> {
  const { conditions, initContainerStatuses, containerStatuses } = status;
  return {
    ...pick(pod, ['apiVersion', 'kind']),
    metadata: pick(metadata, ['name', 'namespace', 'uid', 'resourceVersion', 'labels', 'deletionTimestamp']),
    status: {
      ...pick(status, ['phase', 'hostIP']),
      ...(conditions && { conditions: conditions.filter(({ type }) => type === 'PodScheduled') }),
      ...(initContainerStatuses && { initContainerStatuses: initContainerStatuses.map(ofContainer) }),
      ...(containerStatuses && { containerStatuses: containerStatuses.map(ofContainer) }),
    },
  };
}

const ofContainer = (status: V1ContainerStatus): V1ContainerStatus => ({
  ...pick(status, ['name', 'image', 'ready', 'restartCount', 'state', 'lastState']),
  imageID: '',
});

const pick = <T extends object, K extends keyof T>(object: T, keys: readonly K[]): Pick<T, K> =>
  Object.fromEntries(keys.filter((key) => key in object).map((key) => [key, object[key]])) as Pick<T, K>;

function withoutSpec(job: KubeObject & { spec?: unknown }): KubeObject {
  const { spec, ...rest } = job;
  return rest;
}

function withoutLastApplied(object: KubeObject): KubeObject {
  const { annotations } = object.metadata;
  if (annotations?.[LAST_APPLIED] === undefined) return object;
  const { [LAST_APPLIED]: _, ...others } = annotations;
  return { ...object, metadata: { ...object.metadata, annotations: others } };
}
