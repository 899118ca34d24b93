import type { CompleteApp } from '../../api/defaults.ts';
import { messageOf, REASON } from '../../api/reasons.ts';
import { CONDITION } from '../../api/vacation-app.ts';
import { findingOf, type Finding } from '../../api/conditions.ts';
import { FACT, volumeClaimName } from '../names.ts';
import { isAlive, isAtRest, type Observed } from '../observe.ts';
import { deletionOf } from '../database/managed/volume.ts';

/** A gate as a hibernated app has it: what is not so because nothing runs is no fault. */
export function inHibernation(gate: Finding): Finding {
  if (gate.status === 'True' || gate.type === CONDITION.credentialsReady) return gate;
  return findingOf(gate.type, false, REASON.hibernated, 'Waits for spec.mode Running');
}

/** Why a hibernated app is not at rest with its data kept; undefined when live children prove that it is. */
export function unrestOf(app: CompleteApp, observed: Observed): Finding | undefined {
  const { volumeClaim } = observed;
  if (volumeClaim?.metadata?.deletionTimestamp !== undefined) {
    return findingOf(CONDITION.ready, false, REASON.volumeDeleting, deletionOf(volumeClaim));
  }
  if (!isAtRest(observed)) {
    const running = observed.pods.filter(isAlive).map(({ metadata }) => metadata?.name ?? '');
    const message = messageOf(REASON.hibernating, { pods: running.sort() });
    return findingOf(CONDITION.ready, false, REASON.hibernating, message);
  }
  if (!hasLostVolume(app, observed)) return undefined;
  const message = messageOf(REASON.volumeLost, { claim: volumeClaimName(app) });
  return findingOf(CONDITION.ready, false, REASON.volumeLost, message);
}

/** An app that has never run has no volume yet. */
const hasLostVolume = ({ spec }: CompleteApp, { volumeClaim, deployment }: Observed): boolean =>
  spec.database.managed !== undefined &&
  volumeClaim === undefined &&
  deployment?.metadata?.annotations?.[FACT.size] !== undefined;
