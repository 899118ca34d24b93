import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import type { Kind, KubeObject } from '../runtime/client/kinds.ts';
import { createManagedFieldsPruner } from '../runtime/apply/owned-fields.ts';
import { JOB, POD } from './kinds.ts';
import { FIELD_MANAGER, HANDOVER_MANAGER } from './names.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * What the caches hold of an object of each kind. To read more of an object, keep it here first.
 *
 * 1. Pods, the most numerous and the largest: only their state. Nothing here writes them.
 * 2. Jobs: all but what they run. They cannot change and so are never compared.
 * 3. All others: everything but the managed fields of others and the copy that kubectl keeps for itself.
 */
export function createTransform(): (kind: Kind) => (object: KubeObject) => KubeObject {
  const prune = createManagedFieldsPruner([FIELD_MANAGER, HANDOVER_MANAGER]);
  return (kind) => {
    if (kind === POD) return (pod) => ofPod(pod);
    if (kind === JOB) return (job) => prune(withoutSpec(job));
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
  const { spec, ...kept } = job;
  return kept;
}

function withoutLastApplied(object: KubeObject): KubeObject {
  const { annotations } = object.metadata;
  if (annotations?.[LAST_APPLIED] === undefined) return object;
  const { [LAST_APPLIED]: _, ...kept } = annotations;
  return { ...object, metadata: { ...object.metadata, annotations: kept } };
}
