import { findingOf, type Finding } from '../../api/conditions.ts';
import type { CompleteApp } from '../../api/defaults.ts';
import { messageOf, REASON } from '../../api/reasons.ts';
import { CONDITION } from '../../api/vacation-app.ts';
import { credentialsName } from '../names.ts';
import type { Observed } from '../observe.ts';
import { credentialKeysOf } from './credentials.ts';
import { secretUses, userSecretFault } from './user-secrets.ts';

/** `CredentialsReady`. */
export function credentialsReady(app: CompleteApp, observed: Observed): Finding {
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
