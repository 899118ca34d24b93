import type { Condition } from '../../api/conditions.ts';
import { isWarning, REASON } from '../../api/reasons.ts';
import { CONDITION } from '../../api/vacation-app.ts';
import type { EventNote } from '../../runtime/telemetry/events.ts';

/** Conditions whose becoming true is worth an event, and the event's reason. */
const MILESTONES: ReadonlyMap<string, string> = new Map([
  [CONDITION.databaseReady, REASON.databaseReady],
  [CONDITION.schemaReady, REASON.schemaMigrated],
  [CONDITION.exposed, REASON.exposed],
  [CONDITION.ready, REASON.ready],
]);

/** What `WebReady` says while there are no web pods. */
const BEFORE_WEB_PODS: ReadonlySet<string> = new Set([
  REASON.waitingForDatabase,
  REASON.waitingForSchema,
  REASON.waitingForCredentials,
  REASON.applyFailed,
  REASON.notOwned,
  REASON.ownerTerminating,
]);

/** The events of steps towards `Ready`. */
const STEPS: ReadonlySet<string> = new Set([CONDITION.databaseReady, CONDITION.schemaReady]);

/** The events for a change of conditions. docs/reference-conditions.md lists their reasons. */
export function eventsOf(before: readonly Condition[], after: readonly Condition[]): EventNote[] {
  const isFirst = comesUpFirst(before);
  return after.flatMap((condition): EventNote[] => {
    const { type, status, reason, message } = condition;
    const known = before.find((candidate) => candidate.type === type);
    const milestone = STEPS.has(type) && isFirst ? undefined : MILESTONES.get(type);
    // These are reported even while a root condition is true.
    if (type === CONDITION.reconciling && reason === REASON.fieldContested) return warning(condition, known);
    if (type === CONDITION.stalled && !isWarning(reason) && known?.reason !== reason) {
      return [{ type: 'Warning', reason, message }];
    }
    if (status === 'True' && known?.status !== 'True') {
      if (milestone !== undefined) return [{ type: 'Normal', reason: milestone, message }];
      if (type === CONDITION.updateAvailable) return [{ type: 'Normal', reason: REASON.updateAvailable, message }];
      return [];
    }
    // The condition of the component says the same, so only the root condition has an event.
    return type === CONDITION.ready ? warning(condition, known) : [];
  });
}

/** Whether there were no web pods yet. Then the event of `Ready` covers the steps before it. A database that is back, or a later migration, gets its own event. */
function comesUpFirst(before: readonly Condition[]): boolean {
  const web = before.find(({ type }) => type === CONDITION.webReady);
  return web === undefined || BEFORE_WEB_PODS.has(web.reason);
}

const warning = ({ reason, message }: Condition, known: Condition | undefined): EventNote[] =>
  isWarning(reason) && known?.reason !== reason ? [{ type: 'Warning', reason, message }] : [];
