import { findingOf, type Finding } from '../../api/conditions.ts';
import { messageOf, REASON, type ReasonName } from '../../api/reasons.ts';
import { isHindrance, type Failure } from './failure.ts';

/** Failures of a write. They are the reason of everything that waits for the object. */
const OF_OBJECTS: ReadonlySet<string> = new Set([REASON.applyFailed, REASON.notOwned, REASON.ownerTerminating]);

/** Why there are no credentials, without which no object is made. */
const OF_CREDENTIALS: ReadonlySet<string> = new Set([
  REASON.credentialsMissing,
  REASON.credentialsInvalid,
  REASON.credentialsLost,
]);

/** The finding of a condition whose object is due and not there. The failure that keeps it from being made is the reason, else `reason`. */
export function notMade(type: string, reason: ReasonName, object: string, failure: Failure | undefined): Finding {
  const cause = failure && isHindrance(failure) ? failure : undefined;
  const message = messageOf(REASON.applyFailed, { object, words: cause?.message });
  return findingOf(type, false, reasonOf(cause) ?? reason, message);
}

function reasonOf({ reason }: Pick<Failure, 'reason'> = { reason: '' }): string | undefined {
  if (OF_CREDENTIALS.has(reason)) return REASON.waitingForCredentials;
  return OF_OBJECTS.has(reason) ? reason : undefined;
}
