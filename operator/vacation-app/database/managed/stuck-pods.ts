import type { V1Pod } from '@kubernetes/client-node';
import type { CompleteApp } from '../../../api/defaults.ts';
import { REASON } from '../../../api/reasons.ts';
import type { KubeObject } from '../../../runtime/client/kinds.ts';
import { isOwnedBy } from '../../children/ownership.ts';
import type { Observed } from '../../observe.ts';
import { podTrouble } from '../../status/pod-trouble.ts';
import { isHeld, isRunning, mysqlPods } from './mysql-pods.ts';

/** Reasons why an outdated pod does not become ready. */
const STUCK: ReadonlySet<string> = new Set([
  REASON.podUnschedulable,
  REASON.imagePullRetrying,
  REASON.imagePullFailed,
  REASON.containerFailing,
]);

/**
 * Outdated pods that the StatefulSet's controller never replaces: it first waits for them to become ready, which they cannot
 * (kubernetes/kubernetes#67250).
 *
 * 1. None if somebody replaces pods by hand, or if the volume is being deleted.
 * 2. None in which MySQL runs, because it may be recovering.
 */
export function stuckPods(
  app: CompleteApp,
  observed: Pick<Observed, 'statefulSet' | 'volumeClaim' | 'pods'>,
): readonly V1Pod[] {
  const { statefulSet, volumeClaim } = observed;
  if (!statefulSet || !isOwnedBy(statefulSet as KubeObject, app) || statefulSet.spec?.replicas === 0) return [];
  if (isHeld(statefulSet)) return [];
  if (volumeClaim?.metadata?.deletionTimestamp !== undefined) return [];
  return mysqlPods(observed).outdated.filter((pod) => !isRunning(pod) && STUCK.has(podTrouble([pod])?.reason ?? ''));
}
