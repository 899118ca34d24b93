import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import type { Mark } from '../text/mark.ts';

export interface PodModel {
  readonly name: string;
  readonly component: string;
  /** As kubectl writes it: `Running`, `CrashLoopBackOff`, `Terminating`, … */
  readonly state: string;
  readonly mark: Mark;
  /** `1/1`: ready containers of all. */
  readonly ready: string;
  readonly restarts: number;
  readonly node?: string;
  readonly images: readonly string[];
  readonly created?: string;
  /** What keeps it from running, in the words of the scheduler or the kubelet. */
  readonly words?: string;
}

export function podModel(pod: V1Pod, component: string): PodModel {
  const { metadata, spec, status } = pod;
  const containers = status?.containerStatuses ?? [];
  const state = stateOf(pod);
  const words = wordsOf(pod);
  const ready = containers.filter((container) => container.ready).length;
  const count = spec?.containers.length ?? containers.length;
  return {
    name: metadata?.name ?? '',
    component,
    state,
    mark: markOf(state, ready === count),
    ready: `${ready}/${count}`,
    restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0),
    ...(spec?.nodeName === undefined ? {} : { node: spec.nodeName }),
    images: spec?.containers.flatMap(({ image }) => image ?? []) ?? [],
    ...(metadata?.creationTimestamp === undefined ? {} : { created: String(metadata.creationTimestamp) }),
    ...(words === undefined ? {} : { words }),
  };
}

const containersOf = ({ status }: V1Pod): V1ContainerStatus[] => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
];

/** First that it is on its way out, then what a container waits for or how it ended, else its phase. */
function stateOf(pod: V1Pod): string {
  if (pod.metadata?.deletionTimestamp !== undefined) return 'Terminating';
  const containers = containersOf(pod);
  const waiting = containers.find(({ state }) => state?.waiting?.reason !== undefined)?.state?.waiting?.reason;
  if (waiting !== undefined) return waiting;
  const ended = containers.find(({ state }) => state?.terminated && state.terminated.exitCode !== 0)?.state?.terminated;
  if (ended) return ended.reason ?? 'Error';
  const phase = pod.status?.phase ?? 'Unknown';
  return phase === 'Succeeded' ? 'Completed' : phase;
}

function markOf(state: string, isReady: boolean): Mark {
  if (state === 'Completed') return 'quiet';
  if (state === 'Running' && isReady) return 'good';
  return /^(Err|Error|Crash|OOM|Invalid|Create.*Error|RunContainerError|ImagePull|Failed|Evicted|ContainerCannotRun)/.test(
    state,
  )
    ? 'bad'
    : 'busy';
}

function wordsOf(pod: V1Pod): string | undefined {
  const unscheduled = pod.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  const waiting = containersOf(pod).find(({ state }) => state?.waiting?.message !== undefined);
  const ended = containersOf(pod).find(({ ready, lastState }) => !ready && lastState?.terminated !== undefined);
  const last = ended?.lastState?.terminated;
  const end = last ? `${ended.name} ended with code ${last.exitCode} (${last.reason ?? 'Error'})` : undefined;
  return unscheduled?.message ?? waiting?.state?.waiting?.message ?? end;
}
