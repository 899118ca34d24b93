import type { V1Job, V1Pod } from '@kubernetes/client-node';
import { contentHash, FACT } from '../names.ts';
import type { Observed } from '../observe.ts';
import { finishedAt, podsOfJob } from './jobs.ts';

/** A hash of the pod template, of what it inherits too. */
export const podTemplateHash = ({ spec }: V1Job): string => contentHash(spec?.template);

/**
 * Whether the desired Job has another pod template than the one that is there, and nothing is lost by making it anew. The name stays the same
 * where the work does, and a Job is immutable: one whose pod finds no node, say, would otherwise wait for its deadline although the spec
 * was corrected.
 *
 * A Job of an older operator, without the annotation, is left alone.
 */
export function isOvertaken(job: V1Job, desired: V1Job, container: string, observed: Pick<Observed, 'pods'>): boolean {
  const hash = job.metadata?.annotations?.[FACT.podTemplate];
  if (hash === undefined || hash === podTemplateHash(desired) || finishedAt(job) !== undefined) return false;
  return !podsOfJob(observed, job.metadata?.name).some((pod) => isAtWork(pod, container));
}

/** Whether the container runs, or has done its work and the pod is about to end. A pod that has another container running may never end. */
function isAtWork({ status }: V1Pod, container: string): boolean {
  const containers = status?.containerStatuses ?? [];
  const state = containers.find(({ name }) => name === container)?.state;
  if (state?.running) return true;
  return state?.terminated?.exitCode === 0 && !containers.some((other) => other.state?.running);
}
