import { isDeepStrictEqual } from 'node:util';
import type { V1Deployment } from '@kubernetes/client-node';
import { REASON, VACATION_APP, type VacationApp, type VacationAppStatus } from '../../api/vacation-app.ts';
import { isInvalid, isNotFound } from '../../runtime/client/api-error.ts';
import type { EventNote } from '../../runtime/telemetry/events.ts';
import type { KubeObject } from '../../runtime/client/kinds.ts';
import { contestedFinding, correctionsOf, driftEvents } from './drift.ts';
import { heldChildren } from '../children/held-children.ts';
import { waitsOf } from '../children/steps.ts';
import { eventsOf } from './events.ts';
import type { Failure } from './failure.ts';
import { DEPLOYMENT } from '../kinds.ts';
import { childName } from '../names.ts';
import type { Pace } from './pace.ts';
import type { Plan, Planning } from '../plan.ts';
import { statusOf, statusOfInvalid } from './status.ts';

export interface Reporting extends Planning {
  readonly publish: (about: KubeObject, note: EventNote) => Promise<void>;
}

/** What the API server takes of an event. */
const LONGEST_MESSAGE = 1_024;

/** Writes the status where it has changed, then the events that tell of the change; resolves to when to look again, where it can wait. */
export async function report(
  declared: VacationApp,
  plan: Plan,
  failure: Failure | undefined,
  reporting: Reporting,
  pace: Pace,
): Promise<number | undefined> {
  const { cluster, defaults, now, publish } = reporting;
  const drift = cluster.drift.of(declared);
  const due = drift.due();
  const status = statusOf({
    ...plan,
    defaults,
    waits: waitsOf(plan),
    failure,
    held: heldChildren(plan.app, cluster),
    drift: {
      corrections: correctionsOf(declared.status?.drift ?? [], due),
      contested: contestedFinding(drift.contested),
    },
    now: now(),
  });
  if (isDeepStrictEqual(status, declared.status)) {
    pace.settled();
    return undefined;
  }
  // After a failure it may be long until this is looked at again.
  const waitMs = failure === undefined ? pace.waitMs(declared.status, status, now().getTime()) : 0;
  if (waitMs > 0) return waitMs;
  pace.settled();
  if (!(await written(declared, status, reporting))) return undefined;
  if (due.length > 0) drift.reported();
  const notes = [...eventsOf(declared.status?.conditions ?? [], status.conditions ?? []), ...driftEvents(due)];
  for (const note of notes) await publish(declared, note);
  return undefined;
}

/** The same for an app whose spec the operator cannot work with, of which nothing else is done. */
export async function reportInvalid(declared: VacationApp, fault: string, reporting: Reporting): Promise<void> {
  const { cluster, now, publish } = reporting;
  const { namespace = '' } = declared.metadata;
  const deployment = cluster.store(DEPLOYMENT).get(namespace, childName(declared, 'web')) as V1Deployment | undefined;
  const status = statusOfInvalid(declared, fault, { deployment, now: now() });
  if (isDeepStrictEqual(status, declared.status) || !(await written(declared, status, reporting, fault))) return;
  for (const note of eventsOf(declared.status?.conditions ?? [], status.conditions ?? [])) {
    await publish(declared, note);
  }
}

/**
 * Whether the status is written. The app may be gone. The API server also refuses the status of an app whose spec is of the wrong types or
 * breaks a rule of the whole object: then only an event can tell what is wrong, by `fault` or in the API server's words.
 */
async function written(
  declared: VacationApp,
  status: VacationAppStatus,
  { cluster, publish }: Reporting,
  fault?: string,
): Promise<boolean> {
  try {
    await cluster.writeStatus(VACATION_APP, { ...declared, status });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    if (!isInvalid(error)) throw error;
    const message = fault ?? error.message.slice(0, LONGEST_MESSAGE);
    await publish(declared, { type: 'Warning', reason: REASON.invalidSpec, message });
    return false;
  }
}
