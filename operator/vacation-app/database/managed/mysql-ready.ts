import { findingOf, type Finding } from '../../../api/conditions.ts';
import type { CompleteApp } from '../../../api/defaults.ts';
import { messageOf, REASON } from '../../../api/reasons.ts';
import { CONDITION } from '../../../api/vacation-app.ts';
import { childName } from '../../names.ts';
import type { Observed } from '../../observe.ts';
import { podsOf } from '../../pods.ts';
import type { Failure } from '../../status/failure.ts';
import { databaseNotMade } from '../../status/not-made.ts';
import { podTrouble } from '../../status/pod-trouble.ts';
import type { DatabaseCheck } from '../../tasks/check/checks.ts';
import { deletionOf, growthOf, pendingOf } from './volume.ts';

export function isMysqlReady({ statefulSet }: Pick<Observed, 'statefulSet'>): boolean {
  const { metadata, status } = statefulSet ?? {};
  return (
    status?.observedGeneration === metadata?.generation &&
    (status?.readyReplicas ?? 0) >= 1 &&
    status?.currentRevision === status?.updateRevision
  );
}

/** `DatabaseReady` of an app whose database the operator runs. */
export function mysqlReady(app: CompleteApp, observed: Observed, _check?: DatabaseCheck, failure?: Failure): Finding {
  const not = (reason: string, message: string): Finding => findingOf(CONDITION.databaseReady, false, reason, message);
  const { volumeClaim } = observed;
  if (volumeClaim?.metadata?.deletionTimestamp !== undefined) {
    return not(REASON.volumeDeleting, messageOf(REASON.volumeDeleting, deletionOf(volumeClaim)));
  }
  if (isMysqlReady(observed)) {
    const message = `MySQL takes connections${growthOf(observed.volumeClaim)}`;
    return findingOf(CONDITION.databaseReady, true, REASON.available, message);
  }
  if (!observed.statefulSet) {
    return databaseNotMade(REASON.databaseStarting, `StatefulSet ${childName(app, 'mysql')}`, failure);
  }
  const trouble = podTrouble(podsOf(observed, 'mysql'));
  const isPending = volumeClaim !== undefined && volumeClaim.status?.phase !== 'Bound';
  // The scheduler says no more of such a volume than that it is not bound.
  const isOfVolume =
    trouble?.reason === REASON.podUnschedulable && /persistent ?volume|storageclass/i.test(trouble.message);
  if (isPending && (trouble === undefined || isOfVolume)) return pendingOf(app, volumeClaim);
  if (trouble) return not(trouble.reason, trouble.message);
  if (hasNoPod(observed)) {
    const message = `StatefulSet ${childName(app, 'mysql')} has no pod, which the API server may refuse (a quota, an admission rule): kubectl describe statefulset ${childName(app, 'mysql')} tells why`;
    return not(REASON.podsRejected, message);
  }
  return not(REASON.databaseStarting, messageOf(REASON.databaseStarting, { pods: childName(app, 'mysql') }));
}

/** Whether the StatefulSet's controller has looked, wants a pod and has made none: it has no condition that would say why. */
function hasNoPod(observed: Observed): boolean {
  const { metadata, spec, status } = observed.statefulSet ?? {};
  if (spec?.replicas === 0 || status?.observedGeneration !== metadata?.generation) return false;
  return (status?.replicas ?? 0) === 0 && podsOf(observed, 'mysql').length === 0;
}
