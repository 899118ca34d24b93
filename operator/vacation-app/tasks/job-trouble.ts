import type { V1Job } from '@kubernetes/client-node';
import { messageOf, REASON } from '../../api/reasons.ts';
import type { Observed } from '../observe.ts';
import { rejection } from '../refusals.ts';
import { podTrouble, type Trouble } from '../status/pod-trouble.ts';
import { isSuspended, podsOfJob } from './jobs.ts';

/** What keeps an unfinished Job from running. */
export function jobTrouble(observed: Pick<Observed, 'pods' | 'refusals'>, job: V1Job): Trouble | undefined {
  if (isSuspended(job)) {
    const message = messageOf(REASON.jobSuspended, { job: job.metadata?.name ?? '' });
    return { reason: REASON.jobSuspended, message };
  }
  return rejection(observed, 'Job', job) ?? podTrouble(podsOfJob(observed, job.metadata?.name));
}
