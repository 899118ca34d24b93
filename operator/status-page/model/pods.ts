import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import type { ChildState } from './child-state.ts';
import { shownTime, type ShownTime } from './times.ts';

/** A container of a pod. It has reasons and exit codes, but no messages, because those may hold the end of a log. */
export interface ContainerRow {
  readonly pod: string;
  readonly container: string;
  readonly state: ChildState;
  readonly image: string;
  readonly restarts: number;
  /** How it ended the last time, e.g. `OOMKilled (137)`. */
  readonly lastEnd: string | undefined;
  readonly since: ShownTime | undefined;
}

export function containerRows(pods: readonly V1Pod[], now: Date): ContainerRow[] {
  return [...pods]
    .sort((one, other) => ((one.metadata?.name ?? '') < (other.metadata?.name ?? '') ? -1 : 1))
    .flatMap((pod) => containersOf(pod).map((status) => rowOf(pod, status, now)));
}

/** Init containers are of interest only while they hold up the pod, or have failed. */
const containersOf = ({ status }: V1Pod): V1ContainerStatus[] => [
  ...(status?.initContainerStatuses ?? []).filter(({ state }) => (state?.terminated?.exitCode ?? 1) !== 0),
  ...(status?.containerStatuses ?? []),
];

function rowOf(pod: V1Pod, status: V1ContainerStatus, now: Date): ContainerRow {
  const ended = status.lastState?.terminated;
  return {
    pod: pod.metadata?.name ?? '',
    container: status.name,
    state: containerState(status),
    image: status.image,
    restarts: status.restartCount,
    lastEnd: ended && `${ended.reason ?? 'ended'} (${ended.exitCode})`,
    since: shownTime(status.state?.running?.startedAt, now),
  };
}

function containerState({ ready, state }: V1ContainerStatus): ChildState {
  if (state?.waiting)
    return { text: state.waiting.reason ?? 'waiting', tone: isHarmless(state.waiting.reason) ? 'busy' : 'bad' };
  if (state?.terminated) {
    const { exitCode, reason = 'ended' } = state.terminated;
    return { text: exitCode === 0 ? reason : `${reason} (${exitCode})`, tone: exitCode === 0 ? 'quiet' : 'bad' };
  }
  return ready ? { text: 'ready', tone: 'good' } : { text: 'not ready', tone: 'busy' };
}

const isHarmless = (reason: string | undefined): boolean =>
  reason === undefined || ['ContainerCreating', 'PodInitializing'].includes(reason);

/** The state of a pod in a few words: its phase, or what is the matter with its first container that is not as it should be. */
export function podState(pod: V1Pod): ChildState {
  if (pod.metadata?.deletionTimestamp !== undefined) return { text: 'ending', tone: 'busy' };
  const phase = pod.status?.phase ?? 'Unknown';
  if (phase === 'Succeeded') return { text: 'succeeded', tone: 'quiet' };
  const unschedulable = pod.status?.conditions?.some(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  );
  if (unschedulable === true) return { text: 'finds no node', tone: 'bad' };
  const states = containersOf(pod).map(containerState);
  const worst = states.find(({ tone }) => tone === 'bad') ?? states.find(({ tone }) => tone === 'busy');
  if (worst) return worst;
  return phase === 'Running' ? { text: 'ready', tone: 'good' } : { text: phase.toLowerCase(), tone: 'busy' };
}
