import type { Condition } from '../../api/conditions.ts';
import { CONDITION, REASON } from '../../api/vacation-app.ts';
import type { EventNote } from '../../runtime/telemetry/events.ts';

/** Reasons that somebody should hear of even when nothing else changes with them. */
const WARNINGS: ReadonlySet<string> = new Set([
  REASON.applyFailed,
  REASON.containerFailing,
  REASON.accessDenied,
  REASON.credentialsInvalid,
  REASON.credentialsLost,
  REASON.fieldContested,
  REASON.credentialsMissing,
  REASON.databaseCheckFailed,
  REASON.databaseMissing,
  REASON.databaseNotWritable,
  REASON.databaseUnreachable,
  REASON.databaseUnsupported,
  REASON.hostNotFound,
  REASON.imagePullFailed,
  REASON.invalidSpec,
  REASON.migrationFailed,
  REASON.noConnectionsLeft,
  REASON.notOwned,
  REASON.podUnschedulable,
  REASON.podsRejected,
  REASON.rolloutStuck,
  REASON.tlsFailed,
  REASON.volumeDeleting,
  REASON.volumeLost,
]);

/** Conditions whose becoming true is worth an event, and the event's reason. */
const MILESTONES: ReadonlyMap<string, string> = new Map([
  [CONDITION.databaseReady, 'DatabaseReady'],
  [CONDITION.schemaReady, 'SchemaMigrated'],
  [CONDITION.exposed, 'Exposed'],
  [CONDITION.ready, 'Ready'],
]);

/** Those that are steps towards `Ready`. */
const STEPS: ReadonlySet<string> = new Set([CONDITION.databaseReady, CONDITION.schemaReady]);

/** What a change of conditions is worth telling. The reasons of events are documented in docs/operator.md. */
export function eventsOf(before: readonly Condition[], after: readonly Condition[]): EventNote[] {
  const isFirst = comesUpFirst(before);
  return after.flatMap((condition): EventNote[] => {
    const { type, status, reason, message } = condition;
    const known = before.find((candidate) => candidate.type === type);
    const milestone = STEPS.has(type) && isFirst ? undefined : MILESTONES.get(type);
    // What is told beside a root that is true.
    if (type === CONDITION.reconciling && reason === REASON.fieldContested) return warning(condition, known);
    if (status === 'True' && known?.status !== 'True') {
      if (milestone !== undefined) return [{ type: 'Normal', reason: milestone, message }];
      if (type === CONDITION.updateAvailable) return [{ type: 'Normal', reason: 'UpdateAvailable', message }];
      return [];
    }
    // The component's own condition says the same: only the root speaks of it.
    return type === CONDITION.ready ? warning(condition, known) : [];
  });
}

/** Whether there were no web pods yet: `Ready` will tell then that the steps before it are done. A database that comes back, or a later migration, is news. */
function comesUpFirst(before: readonly Condition[]): boolean {
  const web = before.find(({ type }) => type === CONDITION.webReady);
  return web === undefined || web.reason === REASON.waitingForSchema;
}

export const isWarning = (reason: string): boolean => WARNINGS.has(reason);

const warning = ({ reason, message }: Condition, known: Condition | undefined): EventNote[] =>
  isWarning(reason) && known?.reason !== reason ? [{ type: 'Warning', reason, message }] : [];
