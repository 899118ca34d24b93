import type { CompleteApp } from '../../api/defaults.ts';
import { messageOf, REASON } from '../../api/reasons.ts';
import { CONDITION } from '../../api/vacation-app.ts';
import { findingOf, type Finding } from '../../api/conditions.ts';
import { databaseKindOf } from '../database/database.ts';
import { FACT } from '../names.ts';
import type { Observed } from '../observe.ts';
import { hasNoPods, isAlive } from '../pods.ts';
import { deletionOf } from '../database/managed/volume.ts';

/** The finding of a gate in hibernation. It is no fault that the gate is closed because nothing runs. */
export function inHibernation(gate: Finding): Finding {
  if (gate.status === 'True' || gate.type === CONDITION.credentialsReady) return gate;
  return findingOf(gate.type, false, REASON.hibernated, 'Waits for spec.mode Running');
}

/** Why a hibernated app is not at rest, or its data are not safe. Undefined when the live children prove that both hold. */
export function unrestOf(app: CompleteApp, observed: Observed): Finding | undefined {
  const { volumeClaim } = observed;
  if (volumeClaim?.metadata?.deletionTimestamp !== undefined) {
    return findingOf(
      CONDITION.ready,
      false,
      REASON.volumeDeleting,
      messageOf(REASON.volumeDeleting, deletionOf(volumeClaim)),
    );
  }
  if (!isAtRest(observed)) {
    const running = observed.pods.filter(isAlive).map(({ metadata }) => metadata?.name ?? '');
    const message = messageOf(REASON.hibernating, { pods: running.sort() });
    return findingOf(CONDITION.ready, false, REASON.hibernating, message);
  }
  const { volume } = databaseKindOf(app);
  if (!volume || !hasLostVolume(observed)) return undefined;
  const message = messageOf(REASON.volumeLost, { claim: volume.claimName(app) });
  return findingOf(CONDITION.ready, false, REASON.volumeLost, message);
}

/** An app that has never run has no volume yet. */
const hasLostVolume = ({ volumeClaim, deployment }: Observed): boolean =>
  volumeClaim === undefined && deployment?.metadata?.annotations?.[FACT.size] !== undefined;

/** Whether the live children prove that nothing of the app runs or is about to run. */
const isAtRest = ({ deployment, statefulSet, pods }: Observed): boolean =>
  [deployment, statefulSet].every((workload) => !workload || (workload.spec?.replicas === 0 && hasNoPods(workload))) &&
  !pods.some(isAlive);
