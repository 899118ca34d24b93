import { findingOf, type Finding } from '../../api/conditions.ts';
import type { CompleteApp } from '../../api/defaults.ts';
import { messageOf, REASON } from '../../api/reasons.ts';
import { CONDITION } from '../../api/vacation-app.ts';
import { credentialsName } from '../names.ts';
import type { Observed } from '../observe.ts';
import type { Failure } from '../status/failure.ts';
import { notMade } from '../status/not-made.ts';
import { credentialKeysOf } from './credentials.ts';
import { readErrorOf, secretUses, userSecretFault } from './user-secrets.ts';

/** `CredentialsReady`. */
export function credentialsReady(app: CompleteApp, observed: Observed, failure: Failure | undefined): Finding {
  if (readErrorOf(observed.userSecrets)) return lastKnown(app);
  const fault = userSecretFault(app, observed.userSecrets);
  if (fault) return findingOf(CONDITION.credentialsReady, false, fault.reason, fault.message);
  const name = credentialsName(app);
  const isGenerated = app.spec.credentials?.secretName === undefined;
  const complete = !isGenerated || credentialKeysOf(app).every((key) => observed.secret?.data?.[key]);
  if (complete) {
    const names = [...new Set([...(isGenerated ? [name] : []), ...secretUses(app).map((use) => use.name)])];
    const hold = names.length === 1 ? `Secret ${names.join()} holds` : `Secrets ${names.join(', ')} hold`;
    return findingOf(CONDITION.credentialsReady, true, REASON.available, `${hold} all keys`);
  }
  if (!observed.secret) {
    return notMade(CONDITION.credentialsReady, REASON.waitingForCredentials, `Secret ${name}`, failure);
  }
  const message = messageOf(REASON.waitingForCredentials, { secret: name });
  return findingOf(CONDITION.credentialsReady, false, REASON.waitingForCredentials, message);
}

/** For a Secret that could not be read: the failure tells why, and nothing else has become known. */
const lastKnown = ({ status }: CompleteApp): Finding =>
  status?.conditions?.find(({ type }) => type === CONDITION.credentialsReady) ??
  findingOf(CONDITION.credentialsReady, 'Unknown', REASON.waitingForCredentials, 'A Secret could not be read yet');
