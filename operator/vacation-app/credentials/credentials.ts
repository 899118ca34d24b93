import { randomBytes } from 'node:crypto';
import type { V1Secret } from '@kubernetes/client-node';
import { messageOf, REASON } from '../../api/reasons.ts';
import type { CompleteApp } from '../../api/defaults.ts';
import { TerminalError } from '../../runtime/queue/errors.ts';
import { inheritedOf, inheriting } from '../children/inherited-metadata.ts';
import { databaseKindOf } from '../database/database.ts';
import { childMetadata, credentialsName, volumeClaimName } from '../names.ts';

/** The key that signs the web app's cookies and tokens. */
const SIGNING_KEY = 'secret_key';
const SHORTEST_KEY = 16;

/** The required keys of the credentials Secret. docs/reference-operator.md describes each of them. */
export const credentialKeysOf = (app: CompleteApp): readonly string[] => [
  ...(databaseKindOf(app).credentials?.keys ?? []),
  SIGNING_KEY,
];

/** The data of the Secret, in base64. */
export type Credentials = Readonly<Record<string, string>>;

/**
 * The only child that is not a function of the spec. It keeps existing credentials, and generates them only for a new app.
 *
 * @throws TerminalError when the Secret is incomplete, or is missing although there is a volume that needs its passwords.
 */
export function credentialsOf(
  app: CompleteApp,
  existing: V1Secret | undefined,
  hasVolume: boolean,
  random: (bytes: number) => string,
): Credentials {
  if (existing) {
    const { data = {} } = existing;
    const missing = credentialKeysOf(app).filter((key) => !data[key]);
    // Other keys belong to the users who added them.
    if (missing.length === 0) return Object.fromEntries(credentialKeysOf(app).map((key) => [key, data[key] ?? '']));
    throw new TerminalError(REASON.credentialsInvalid, incompleteMessage(app, missing));
  }
  if (hasVolume) {
    throw new TerminalError(
      REASON.credentialsLost,
      messageOf(REASON.credentialsLost, { secret: credentialsName(app), claim: volumeClaimName(app) }),
    );
  }
  return generated(app, random);
}

/** Never advises to delete data because of a key that the data do not need. */
function incompleteMessage(app: CompleteApp, missing: readonly string[]): string {
  const { credentials, volume } = databaseKindOf(app);
  const lacksPasswords = missing.some((key) => credentials?.keys.includes(key));
  return messageOf(REASON.credentialsInvalid, {
    secret: credentialsName(app),
    missing,
    claim: lacksPasswords ? volume?.claimName(app) : undefined,
    shortest: lacksPasswords ? undefined : SHORTEST_KEY,
  });
}

function generated(app: CompleteApp, random: (bytes: number) => string): Credentials {
  const plain = { ...databaseKindOf(app).credentials?.generate(app, random), [SIGNING_KEY]: random(48) };
  return Object.fromEntries(Object.entries(plain).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
}

/** The fault in credentials from a user. The text quotes none of their content. */
export function faultOf(app: CompleteApp, data: Credentials): string | undefined {
  const plain = (key: string): string => Buffer.from(data[key] ?? '', 'base64').toString();
  if (plain(SIGNING_KEY).trim().length < SHORTEST_KEY) {
    return `${SIGNING_KEY} must have at least ${SHORTEST_KEY} random characters`;
  }
  return databaseKindOf(app).credentials?.fault(app, plain);
}

/** Random text from the operating system, in an alphabet that needs no escape in URIs, SQL or shells. */
export const randomText = (bytes: number): string => randomBytes(bytes).toString('base64url');

/** The Secret for these credentials. It has no owner yet; see `applyCredentials`. */
export function credentialsSecret(app: CompleteApp, credentials: Credentials): V1Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: inheriting(childMetadata(app, credentialsName(app), 'credentials'), inheritedOf(app)),
    type: 'Opaque',
    data: credentials,
  };
}
