import { isDeepStrictEqual } from 'node:util';
import { withDefaults } from '../api/defaults.ts';
import { REASON, VACATION_APP, type VacationApp } from '../api/vacation-app.ts';
import { isNotFound, isRefusal } from '../runtime/api-error.ts';
import { TerminalError, WaitingError } from '../runtime/errors.ts';
import type { EventNote } from '../runtime/events.ts';
import { keyOf, type KubeObject } from '../runtime/kinds.ts';
import { contestedFinding, driftEvents } from './drift.ts';
import { eventsOf } from './events.ts';
import type { Pace } from './pace.ts';
import type { Plan, Planning } from './plan.ts';
import { statusOf, type Failure } from './status.ts';

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
    failure: told(error),
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
  try {
    await cluster.writeStatus(VACATION_APP, { ...declared, status });
  } catch (failure) {
    if (isNotFound(failure)) return undefined;
    throw failure;
  }
  const news = drift.reported(corrections, declared.status?.drift);
  const notes = [...eventsOf(declared.status?.conditions ?? [], status.conditions ?? []), ...driftEvents(news)];
  for (const note of notes) await publish(declared, note);
  return undefined;
}

function told(error: Error | undefined): Failure | undefined {
  if (error === undefined) return undefined;
  if (error instanceof TerminalError) return { reason: error.reason, message: error.message, kind: 'terminal' };
  if (error instanceof WaitingError) return { reason: error.reason, message: error.message, kind: 'blocked' };
  return { reason: REASON.applyFailed, message: error.message, kind: isRefusal(error) ? 'blocked' : 'passing' };
}
