import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { isWarning, messageOf, REASON } from '../../api/reasons.ts';

export interface Trouble {
  readonly reason: string;
  readonly message: string;
}

/** An attempt that has failed; `ImagePullBackOff` follows unless the next one succeeds. */
const IMAGE_RETRY = new Set(['ErrImagePull', 'RegistryUnavailable', 'SignatureValidationFailed']);
const IMAGE_TROUBLE = new Set(['ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull']);
/** A Secret or ConfigMap that is there, but not yet at the kubelet, as on any start. */
const NOT_SYNCED = /^failed to sync \w+ cache/;
/** Of a termination message, which the container itself has written for people. */
const LONGEST_QUOTE = 300;
const CONFIG_TROUBLE = new Set(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError']);

/** What keeps one of the pods from running, first what needs somebody, and what to do about it; undefined when they are merely starting. */
export function podTrouble(pods: readonly V1Pod[]): Trouble | undefined {
  const found = pods
    .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
    .flatMap((pod) => [unschedulable(pod), ...containers(pod).map((status) => containerTrouble(pod, status))])
    .filter((trouble) => trouble !== undefined);
  return found.find(({ reason }) => isWarning(reason)) ?? found[0];
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
    message: messageOf(REASON.podUnschedulable, { pod: nameOf(pod), words: condition.message }),
  };
}

function containerTrouble(pod: V1Pod, status: V1ContainerStatus): Trouble | undefined {
  const { reason = '', message: words = '' } = status.state?.waiting ?? {};
  const isRetried = IMAGE_RETRY.has(reason);
  if (isRetried || IMAGE_TROUBLE.has(reason)) {
    const reason = isRetried ? REASON.imagePullRetrying : REASON.imagePullFailed;
    return { reason, message: messageOf(reason, { pod: nameOf(pod), image: status.image }) };
  }
  if (CONFIG_TROUBLE.has(reason) && !NOT_SYNCED.test(words)) {
    const parts = { pod: nameOf(pod), container: status.name, words };
    return { reason: REASON.containerFailing, message: messageOf(REASON.containerFailing, parts) };
  }
  const last = status.lastState?.terminated;
  if (!last || status.ready || (reason !== 'CrashLoopBackOff' && status.state?.waiting)) return undefined;
  const message = messageOf(REASON.containerFailing, {
    pod: nameOf(pod),
    container: status.name,
    exitCode: last.exitCode,
    isOutOfMemory: last.reason === 'OOMKilled',
    words: last.message?.trim().slice(0, LONGEST_QUOTE),
  });
  return { reason: reason === '' ? REASON.containerRestarting : REASON.containerFailing, message };
}

const nameOf = (pod: V1Pod): string => pod.metadata?.name ?? '';
