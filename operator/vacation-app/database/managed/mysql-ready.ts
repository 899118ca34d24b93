import { findingOf, type Finding } from '../../../api/conditions.ts';
import type { CompleteApp } from '../../../api/defaults.ts';
import { messageOf, REASON } from '../../../api/reasons.ts';
import { CONDITION } from '../../../api/vacation-app.ts';
import { childName } from '../../names.ts';
import type { Observed } from '../../observe.ts';
import { podsOf } from '../../pods.ts';
import type { Failure } from '../../status/failure.ts';
import { notMade } from '../../status/not-made.ts';
import { podTrouble } from '../../status/pod-trouble.ts';
import type { DatabaseCheck } from '../../tasks/check/checks.ts';
import { mysqlHasNoPod } from '../../podless.ts';
import { rejection } from '../../refusals.ts';
import { isHeld, mysqlPods, wayToReplace } from './mysql-pods.ts';
import { deletionOf, growthOf, pendingOf } from './volume.ts';

/**
 * A pod that is about to be replaced is not ready. Under `OnDelete` or a partition a ready pod counts whatever its revision, because
 * `currentRevision` never changes then (kubernetes/kubernetes#106055).
 */
export function isMysqlReady({ statefulSet }: Pick<Observed, 'statefulSet'>): boolean {
  if (!statefulSet) return false;
  const { metadata, status } = statefulSet;
  return (
    status?.observedGeneration === metadata?.generation &&
    (status?.readyReplicas ?? 0) >= 1 &&
    (status?.currentRevision === status?.updateRevision || isHeld(statefulSet))
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
    const message = `MySQL takes connections${growthOf(observed.volumeClaim)}${waitsFor(observed)}`;
    return findingOf(CONDITION.databaseReady, true, REASON.available, message);
  }
  if (!observed.statefulSet) {
    const object = `StatefulSet ${childName(app, 'mysql')}`;
    return notMade(CONDITION.databaseReady, REASON.databaseStarting, object, failure);
  }
  const rejected = rejection(observed, 'StatefulSet', observed.statefulSet);
  if (rejected) return not(rejected.reason, rejected.message);
  // Before the claim: some volumes are bound only once a pod uses them.
  if (mysqlHasNoPod(observed)) {
    return not(
      REASON.databaseStarting,
      messageOf(REASON.databaseStarting, { pods: childName(app, 'mysql'), hasNoPod: true }),
    );
  }
  const trouble = podTrouble(podsOf(observed, 'mysql'));
  const isPending = volumeClaim !== undefined && volumeClaim.status?.phase !== 'Bound';
  // The scheduler says no more of such a volume than that it is not bound.
  const isOfVolume =
    trouble?.reason === REASON.podUnschedulable && /persistent ?volume|storageclass/i.test(trouble.message);
  if (isPending && (trouble === undefined || isOfVolume)) return pendingOf(app, volumeClaim);
  if (trouble) return not(trouble.reason, `${trouble.message}${waitsFor(observed)}`);
  const starting = messageOf(REASON.databaseStarting, { pods: childName(app, 'mysql') });
  return not(REASON.databaseStarting, `${starting}${waitsFor(observed)}`);
}

/** The end of the message if a change waits for a person; else empty. */
function waitsFor(observed: Observed): string {
  const { statefulSet } = observed;
  const [pod] = mysqlPods(observed).outdated;
  if (!statefulSet || !pod || !isHeld(statefulSet)) return '';
  return `; what is declared now waits for you to ${wayToReplace(statefulSet, pod)}`;
}
