import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { REASON } from '../../api/vacation-app.ts';

export interface Trouble {
  readonly reason: string;
  readonly message: string;
}

const IMAGE_TROUBLE = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull']);
/** Of a termination message, which the container itself has written for people. */
const LONGEST_SAYING = 300;
const CONFIG_TROUBLE = new Set(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError']);

/** What keeps one of the pods from running, and what to do about it; undefined when they are merely starting. */
export function podTrouble(pods: readonly V1Pod[]): Trouble | undefined {
  for (const pod of pods) {
    if (pod.metadata?.deletionTimestamp !== undefined) continue;
    const found =
      unschedulable(pod) ??
      containers(pod)
        .map((status) => containerTrouble(pod, status))
        .find(Boolean);
    if (found) return found;
  }
  return undefined;
}

const containers = (pod: V1Pod): V1ContainerStatus[] => [
  ...(pod.status?.initContainerStatuses ?? []),
  ...(pod.status?.containerStatuses ?? []),
];

function unschedulable(pod: V1Pod): Trouble | undefined {
  const condition = pod.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (condition?.reason !== 'Unschedulable') return undefined;
  return {
    reason: REASON.podUnschedulable,
    message: `Pod ${nameOf(pod)} finds no node: ${condition.message ?? 'no reason given'}`,
  };
}

function containerTrouble(pod: V1Pod, status: V1ContainerStatus): Trouble | undefined {
  const { reason = '', message = '' } = status.state?.waiting ?? {};
  if (IMAGE_TROUBLE.has(reason)) {
    return {
      reason: REASON.imagePullFailed,
      message: `Pod ${nameOf(pod)} cannot have image ${status.image}: check its name, the registry and spec.imagePullSecrets`,
    };
  }
  if (CONFIG_TROUBLE.has(reason)) {
    return { reason: REASON.containerFailing, message: `Pod ${nameOf(pod)} cannot start ${status.name}: ${message}` };
  }
  const last = status.lastState?.terminated;
  if (reason === 'CrashLoopBackOff' && last) {
    const killed = last.reason === 'OOMKilled' ? ' (out of memory: raise its limit)' : '';
    const words = last.message === undefined ? '' : `, saying "${last.message.trim().slice(0, LONGEST_SAYING)}"`;
    return {
      reason: REASON.containerFailing,
      message: `Container ${status.name} of pod ${nameOf(pod)} ends with code ${last.exitCode}${killed}${words}: kubectl logs ${nameOf(pod)} -c ${status.name} --previous`,
    };
  }
  return undefined;
}

const nameOf = (pod: V1Pod): string => pod.metadata?.name ?? '';
