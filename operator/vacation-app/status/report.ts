import { isDeepStrictEqual } from 'node:util';
import type { V1Deployment } from '@kubernetes/client-node';
import { withDefaults } from '../../api/defaults.ts';
import { REASON, VACATION_APP, type VacationApp, type VacationAppStatus } from '../../api/vacation-app.ts';
import { isInvalid, isNotFound, isRefusal } from '../../runtime/client/api-error.ts';
import type { Cluster } from '../../runtime/apply/cluster.ts';
import { TerminalError, WaitingError } from '../../runtime/queue/errors.ts';
import type { EventNote } from '../../runtime/telemetry/events.ts';
import { keyOf, type KubeObject } from '../../runtime/client/kinds.ts';
import { contestedFinding, driftEvents } from './drift.ts';
import { eventsOf } from './events.ts';
import { DEPLOYMENT } from '../kinds.ts';
import { childName } from '../names.ts';
import type { Pace } from './pace.ts';
import type { Plan, Planning } from '../plan.ts';
import { statusOf, statusOfInvalid, type Failure } from './status.ts';
import type { Validity } from '../validity.ts';

export interface Reporting extends Planning {
  readonly publish: (about: KubeObject, note: EventNote) => Promise<void>;
}

/** Writes the status where it has changed, then the events that tell of the change; resolves to when to look again, where it can wait. */
export async function report(
  declared: VacationApp,
  plan: Plan,
  error: Error | undefined,
  { cluster, defaults, now, publish }: Reporting,
  pace: Pace,
): Promise<number | undefined> {
  const app = withDefaults(declared);
  const drift = cluster.drift.of(declared);
  const corrections = drift.report(declared.status?.drift);
  const status = statusOf({
    ...plan,
    app,
    defaults,
    failure: failureFrom(error),
    drift: { corrections, contested: contestedFinding(drift.contested) },
    now: now(),
  });
  const key = keyOf(declared);
  if (isDeepStrictEqual(status, declared.status)) {
    pace.forget(key);
    return undefined;
  }
  // After a failure it may be long until this is looked at again.
  const waitMs = error === undefined ? pace.waitMs(key, declared.status, status, now().getTime()) : 0;
  if (waitMs > 0) return waitMs;
  pace.forget(key);
  if (!(await written(declared, status, cluster))) return undefined;
  const news = drift.reported(corrections, declared.status?.drift);
  const notes = [...eventsOf(declared.status?.conditions ?? [], status.conditions ?? []), ...driftEvents(news)];
  for (const note of notes) await publish(declared, note);
  return undefined;
}

/**
 * The same for an app whose spec breaks the rules, of which nothing else is done. The API server refuses the status together with a spec
 * of the wrong types, or one that breaks a rule of the whole object: then an event tells it, now and then.
 */
export async function reportInvalid(
  declared: VacationApp,
  fault: string,
  { cluster, now, publish }: Reporting,
  validity: Validity,
): Promise<void> {
  const { namespace = '' } = declared.metadata;
  const deployment = cluster.store(DEPLOYMENT).get(namespace, childName(declared, 'web')) as V1Deployment | undefined;
  const status = statusOfInvalid(declared, fault, { deployment, now: now() });
  if (isDeepStrictEqual(status, declared.status)) return;
  let before = declared.status?.conditions ?? [];
  try {
    if (!(await written(declared, status, cluster))) return;
  } catch (failure) {
    if (!isInvalid(failure)) throw failure;
    if (!validity.isNews(declared, now())) return;
    // What stands there, of an earlier fault maybe, does not tell it.
    before = [];
  }
  for (const note of eventsOf(before, status.conditions ?? [])) await publish(declared, note);
}

/** Whether the app was there to take it. */
async function written(declared: VacationApp, status: VacationAppStatus, cluster: Cluster): Promise<boolean> {
  try {
    await cluster.writeStatus(VACATION_APP, { ...declared, status });
    return true;
  } catch (failure) {
    if (isNotFound(failure)) return false;
    throw failure;
  }
}

function failureFrom(error: Error | undefined): Failure | undefined {
  if (error === undefined) return undefined;
  const { message } = error;
  if (error instanceof TerminalError || error instanceof WaitingError) {
    return { reason: error.reason, message, isPassing: false };
  }
  return { reason: REASON.applyFailed, message, isPassing: !isRefusal(error) };
}
