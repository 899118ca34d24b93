import { CONDITION, REASON } from '../api/vacation-app.ts';
import { findingOf, type Finding } from '../runtime/conditions.ts';
import { isAlive, isAtRest, type Observed } from './observe.ts';

/** A gate as a hibernated app has it: what is not so because nothing runs is no fault. */
export function inHibernation(gate: Finding): Finding {
  if (gate.status === 'True' || gate.type === CONDITION.credentialsReady) return gate;
  return findingOf(gate.type, false, REASON.hibernated, 'Waits for spec.mode Running');
}

/** Why a hibernated app is not at rest; undefined when live children prove that it is. */
export function rest(observed: Observed): Finding | undefined {
  if (isAtRest(observed)) return undefined;
  const running = observed.pods.filter(isAlive).map(({ metadata }) => metadata?.name ?? '');
  const what = running.length === 0 ? 'the workloads to be scaled to 0' : `the end of ${running.sort().join(', ')}`;
  return findingOf(CONDITION.ready, false, REASON.hibernating, `Waits for ${what}`);
}
