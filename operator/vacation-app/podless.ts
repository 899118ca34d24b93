import type { V1Job, V1Pod, V1StatefulSet } from '@kubernetes/client-node';
import type { Observed } from './observe.ts';
import { podsOf } from './pods.ts';
import { finishedAt, isSuspended, podsOfJob } from './tasks/jobs.ts';

/** A workload that wants a pod and does not get it. */
export interface Podless {
  readonly object: V1Job | V1StatefulSet;
  /** The reason, if the workload has a condition for it. StatefulSets and Jobs have none. */
  readonly words?: string;
}

type Live = Pick<Observed, 'statefulSet' | 'deployment' | 'jobs' | 'pods'>;

export const podless = (observed: Live): Podless[] => [
  ...(mysqlHasNoPod(observed) && observed.statefulSet ? [{ object: observed.statefulSet }] : []),
  ...observed.jobs.filter((job) => jobHasNoPod(observed, job)).map((object) => ({ object })),
  ...refusedWeb(observed),
];

export function mysqlHasNoPod(observed: Pick<Live, 'statefulSet' | 'pods'>): boolean {
  const { statefulSet } = observed;
  if (!statefulSet || statefulSet.spec?.replicas === 0 || (statefulSet.status?.replicas ?? 0) > 0) return false;
  return podsOf(observed, 'mysql').length === 0;
}

/** False for a Job that has ended or is suspended. */
export function jobHasNoPod(observed: { readonly pods: readonly V1Pod[] }, job: V1Job): boolean {
  if (finishedAt(job) !== undefined || isSuspended(job) || (job.status?.active ?? 0) > 0) return false;
  return podsOfJob(observed, job.metadata?.name).length === 0;
}

function refusedWeb({ deployment }: Pick<Live, 'deployment'>): Podless[] {
  const failure = deployment?.status?.conditions?.find(
    ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
  );
  return deployment && failure ? [{ object: deployment, words: failure.message ?? '' }] : [];
}
