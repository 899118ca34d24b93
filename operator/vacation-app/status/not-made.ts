import { findingOf, type Finding } from '../../api/conditions.ts';
import { messageOf, REASON, type ReasonName } from '../../api/reasons.ts';
import { CONDITION } from '../../api/vacation-app.ts';
import type { Failure } from './failure.ts';

/** The finding of a gate whose object is due and not there: with its own `reason`, and with what keeps it from being made. */
export function notMade(type: string, reason: ReasonName, object: string, failure: Failure | undefined): Finding {
  const cause = failure?.isPassing === true && failure.hasLasted !== true ? undefined : failure;
  const shown = cause?.reason === REASON.applyFailed ? REASON.applyFailed : reason;
  return findingOf(type, false, shown, messageOf(REASON.applyFailed, { object, words: cause?.message }));
}

/** Why there can be no password for a database. */
const OF_CREDENTIALS: ReadonlySet<string> = new Set([
  REASON.credentialsMissing,
  REASON.credentialsInvalid,
  REASON.credentialsLost,
]);

/** The same for `DatabaseReady`, of whose objects none is made before there are credentials. */
export function databaseNotMade(reason: ReasonName, object: string, failure: Failure | undefined): Finding {
  const shown = OF_CREDENTIALS.has(failure?.reason ?? '') ? REASON.waitingForCredentials : reason;
  return notMade(CONDITION.databaseReady, shown, object, failure);
}
