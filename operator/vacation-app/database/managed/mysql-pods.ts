import type { V1Pod, V1StatefulSet } from '@kubernetes/client-node';
import { REASON } from '../../../api/reasons.ts';
import type { Observed } from '../../observe.ts';
import { podsOf } from '../../pods.ts';
import { podTrouble } from '../../status/pod-trouble.ts';

type Live = Pick<Observed, 'statefulSet' | 'pods'>;

/** MySQL's pods of the current template and of earlier ones. Both are empty until the StatefulSet's controller has seen the template. */
export function mysqlPods(observed: Live): { readonly current: V1Pod[]; readonly outdated: V1Pod[] } {
  const { metadata, status } = observed.statefulSet ?? {};
  const revision = status?.updateRevision;
  if (revision === undefined || status?.observedGeneration !== metadata?.generation)
    return { current: [], outdated: [] };
  const pods = podsOf(observed, 'mysql').filter((pod) => revisionOf(pod) !== undefined);
  return {
    current: pods.filter((pod) => revisionOf(pod) === revision),
    outdated: pods.filter((pod) => revisionOf(pod) !== revision),
  };
}

const revisionOf = ({ metadata }: V1Pod): string | undefined => metadata?.labels?.['controller-revision-hash'];

/** Whether MySQL runs in the pod. It may still be recovering and take no connections. */
export const isRunning = (pod: V1Pod): boolean => mysqlOf(pod)?.state?.running !== undefined;

/** Whether MySQL runs in the pod or has. */
export function hasRun(pod: V1Pod): boolean {
  const { state, lastState } = mysqlOf(pod) ?? {};
  return (state?.running ?? state?.terminated ?? lastState?.terminated) !== undefined;
}

const mysqlOf = ({ status }: V1Pod) => status?.containerStatuses?.find(({ name }) => name === 'mysql');

/** Whether the image of the StatefulSet cannot be pulled and MySQL has not run with it. */
export const isImageMissing = (observed: Live): boolean =>
  mysqlPods(observed).current.some((pod) => !hasRun(pod) && IMAGE_TROUBLE.has(podTrouble([pod])?.reason ?? ''));

const IMAGE_TROUBLE: ReadonlySet<string> = new Set([REASON.imagePullRetrying, REASON.imagePullFailed]);

/** Whether the StatefulSet's controller replaces no outdated pod, because somebody has set it so. The only pod has ordinal 0. */
export const isHeld = ({ spec }: V1StatefulSet): boolean =>
  spec?.updateStrategy?.type === 'OnDelete' || (spec?.updateStrategy?.rollingUpdate?.partition ?? 0) > 0;

/** What they do to get the pod replaced. */
export function wayToReplace({ metadata, spec }: V1StatefulSet, pod: V1Pod): string {
  const strategy = `updateStrategy of StatefulSet ${metadata?.name ?? ''}`;
  return spec?.updateStrategy?.type === 'OnDelete'
    ? `delete pod ${pod.metadata?.name ?? ''}: ${strategy} is OnDelete`
    : `set the partition in ${strategy} to 0`;
}
