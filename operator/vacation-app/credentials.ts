import { randomBytes } from 'node:crypto';
import type { V1Secret } from '@kubernetes/client-node';
import { REASON } from '../api/vacation-app.ts';
import type { CompleteApp } from '../api/defaults.ts';
import { TerminalError } from '../runtime/errors.ts';
import { childMetadata, childName, credentialsName, DATABASE_NAME, volumeClaimName } from './names.ts';

/** The keys of the credentials Secret; docs/operator.md says what each is used for. */
export const CREDENTIAL_KEYS = ['db_uri', 'db_migration_uri', 'db_root_password', 'secret_key'] as const;

/** The Secret's data, base64 as the API has it. */
export type Credentials = Readonly<Record<string, string>>;

/**
 * The one child that is no function of the spec: what exists is kept, and only what never existed is generated.
 *
 * @throws TerminalError when the Secret is gone or incomplete while there is a volume whose passwords it held.
 */
export function credentialsOf(
  app: CompleteApp,
  existing: V1Secret | undefined,
  hasVolume: boolean,
  random: (bytes: number) => string,
): Credentials {
  if (existing) {
    const missing = CREDENTIAL_KEYS.filter((key) => !existing.data?.[key]);
    if (missing.length === 0) return existing.data ?? {};
    throw new TerminalError(
      REASON.credentialsInvalid,
      `Secret ${credentialsName(app)} lacks ${missing.join(', ')}: put back what it held, or delete the Secret and PersistentVolumeClaim ${volumeClaimName(app)} to start with an empty database`,
    );
  }
  if (hasVolume) {
    throw new TerminalError(
      REASON.credentialsLost,
      `PersistentVolumeClaim ${volumeClaimName(app)} holds a database whose passwords were in Secret ${credentialsName(app)}, which is gone: restore the Secret, or delete the PersistentVolumeClaim to start with an empty database`,
    );
  }
  return generated(app, random);
}

function generated(app: CompleteApp, random: (bytes: number) => string): Credentials {
  const uri = (user: string): string =>
    `mysql://${user}:${random(24)}@${childName(app, 'mysql')}:3306/${DATABASE_NAME}`;
  const plain = {
    db_uri: uri('vacation'),
    db_migration_uri: uri('vacation_migration'),
    db_root_password: random(24),
    secret_key: random(48),
  };
  return Object.fromEntries(Object.entries(plain).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
}

/** From the operating system's generator, in an alphabet that needs no escape in URIs, SQL or shells. */
export const randomText = (bytes: number): string => randomBytes(bytes).toString('base64url');

/** The Secret that holds them. Under Retain it has no owner, and so outlives the app. */
export function credentialsSecret(app: CompleteApp, credentials: Credentials): V1Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: childMetadata(app, credentialsName(app), 'credentials'),
    type: 'Opaque',
    data: credentials,
  };
}
