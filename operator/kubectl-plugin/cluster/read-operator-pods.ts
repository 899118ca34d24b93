import type { V1Pod } from '@kubernetes/client-node';
import type { KubeObject } from '../../runtime/client/kinds.ts';
import { POD } from '../../vacation-app/kinds.ts';
import type { Cluster } from './cluster.ts';
import { failureOf } from './failure.ts';

/** A pod as a list has it. */
export type LivePod = V1Pod & KubeObject;

const OPERATOR_SELECTOR = 'interstellar.dev/operator';

/** The operator's pods, wherever they are; only those of its usual namespace where the others may not be listed. */
export async function readOperatorPods(cluster: Cluster, namespace: string): Promise<LivePod[]> {
  try {
    return await cluster.list<LivePod>(POD, { namespace: '', labelSelector: OPERATOR_SELECTOR });
  } catch (error) {
    if (failureOf(error).outcome !== 'forbidden') throw error;
    return cluster.list<LivePod>(POD, { namespace, labelSelector: OPERATOR_SELECTOR });
  }
}
