import { findingOf, type Finding } from '../../api/conditions.ts';
import type { CompleteApp } from '../../api/defaults.ts';
import { messageOf, REASON } from '../../api/reasons.ts';
import { CONDITION } from '../../api/vacation-app.ts';
import { credentialsName } from '../names.ts';
import type { Observed } from '../observe.ts';
import { credentialKeysOf } from './credentials.ts';
import { readErrorOf, secretUses, userSecretFault } from './user-secrets.ts';

/** `CredentialsReady`. */
export function credentialsReady(app: CompleteApp, observed: Observed): Finding {
  if (readErrorOf(observed.userSecrets)) return lastKnown(app);
  const fault = userSecretFault(app, observed.userSecrets);
  if (fault) return findingOf(CONDITION.credentialsReady, false, fault.reason, fault.message);
  const ofUser = secretUses(app).map((use) => use.name);
  const isGenerated = app.spec.credentials?.secretName === undefined;
  const complete = !isGenerated || credentialKeysOf(app).every((key) => observed.secret?.data?.[key]);
  if (complete && ofUser.length > 0) {
    const names = [...(isGenerated ? [credentialsName(app)] : []), ...new Set(ofUser)].join(', ');
    return findingOf(CONDITION.credentialsReady, true, REASON.available, `Secrets ${names} hold all keys`);
  }
  const name = credentialsName(app);
  return complete
    ? findingOf(CONDITION.credentialsReady, true, REASON.available, `Secret ${name} holds all keys`)
    : findingOf(
        CONDITION.credentialsReady,
        false,
        REASON.waitingForCredentials,
        messageOf(REASON.waitingForCredentials, { secret: name }),
      );
}

/** For a Secret that could not be read: the failure tells why, and nothing else has become known. */
const lastKnown = ({ status }: CompleteApp): Finding =>
  status?.conditions?.find(({ type }) => type === CONDITION.credentialsReady) ??
  findingOf(CONDITION.credentialsReady, 'Unknown', REASON.waitingForCredentials, 'A Secret could not be read yet');
