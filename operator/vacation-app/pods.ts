import type { V1Deployment, V1Pod, V1StatefulSet } from '@kubernetes/client-node';
import { LABEL } from './names.ts';
import type { Observed } from './observe.ts';

export const podsOf = ({ pods }: Pick<Observed, 'pods'>, component: string): V1Pod[] =>
  pods.filter((pod) => componentOf(pod) === component);

export const componentOf = ({ metadata }: V1Pod): string | undefined => metadata?.labels?.[LABEL.component];

/** Whether the pod runs, or may still start. */
export const isAlive = ({ status }: V1Pod): boolean => status?.phase !== 'Succeeded' && status?.phase !== 'Failed';

/** Whether its controller has observed the current generation and has no pods: none are desired, or the API server refuses them. */
export const hasNoPods = ({ metadata, status }: V1Deployment | V1StatefulSet): boolean =>
  status?.observedGeneration === metadata?.generation && (status?.replicas ?? 0) === 0;
