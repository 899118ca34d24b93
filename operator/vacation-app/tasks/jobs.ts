import type { V1Job, V1Pod } from '@kubernetes/client-node';
import type { Observed } from '../observe.ts';

export const jobNamed = ({ jobs }: Pick<Observed, 'jobs'>, name: string): V1Job | undefined =>
  jobs.find(({ metadata }) => metadata?.name === name);

export const jobCondition = (job: V1Job | undefined, type: 'Complete' | 'Failed'): boolean =>
  job?.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;

/** A person or a queue can suspend a Job: its controller then makes no pods. */
export const isSuspended = (job: V1Job): boolean =>
  job.status?.conditions?.some(({ type, status }) => type === 'Suspended' && status === 'True') ?? false;

/** When the Job failed, in milliseconds since the epoch. */
export const failedAt = (job: V1Job | undefined): number | undefined => becameAt(job, ['Failed']);

/** When it ended, whether it failed or not. */
export const finishedAt = (job: V1Job | undefined): number | undefined => becameAt(job, ['Complete', 'Failed']);

function becameAt(job: V1Job | undefined, types: readonly string[]): number | undefined {
  const end = job?.status?.conditions?.find(({ type, status }) => types.includes(type) && status === 'True');
  return end?.lastTransitionTime === undefined ? undefined : new Date(end.lastTransitionTime).getTime();
}

/** The pods of the Job of that name, which may be gone. */
export const podsOfJob = ({ pods }: Pick<Observed, 'pods'>, name: string | undefined): V1Pod[] =>
  pods.filter(({ metadata }) => metadata?.labels?.['batch.kubernetes.io/job-name'] === name);
