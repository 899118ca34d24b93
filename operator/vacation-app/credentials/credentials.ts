import { randomBytes } from 'node:crypto';
import type { V1Secret } from '@kubernetes/client-node';
import { messageOf, REASON } from '../../api/reasons.ts';
import type { CompleteApp } from '../../api/defaults.ts';
import { TerminalError } from '../../runtime/queue/errors.ts';
import { childMetadata, childName, credentialsName, DATABASE_NAME, volumeClaimName } from '../names.ts';

/** The keys of the credentials Secret; docs/operator.md says what each is used for. */
export const CREDENTIAL_KEYS = ['db_uri', 'db_migration_uri', 'db_root_password', 'secret_key'] as const;

/** Those that the app needs: with an external database what is said of it stands in a Secret of its own. */
export const keysOf = ({ spec }: CompleteApp): readonly string[] =>
  spec.database.external ? ['secret_key'] : CREDENTIAL_KEYS;

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
    const { data = {} } = existing;
    const missing = keysOf(app).filter((key) => !data[key]);
    // What else it holds is theirs who put it there, to change and to take away.
    if (missing.length === 0) return Object.fromEntries(keysOf(app).map((key) => [key, data[key] ?? '']));
    throw new TerminalError(
      REASON.credentialsInvalid,
      messageOf(REASON.credentialsInvalid, { secret: credentialsName(app), missing, claim: volumeClaimName(app) }),
    );
  }
  if (hasVolume) {
    throw new TerminalError(
      REASON.credentialsLost,
      messageOf(REASON.credentialsLost, { secret: credentialsName(app), claim: volumeClaimName(app) }),
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
  return Object.fromEntries(
    keysOf(app).map((key) => [key, Buffer.from(plain[key as keyof typeof plain]).toString('base64')]),
  );
}

const SHORTEST_KEY = 16;

/** What is wrong with credentials of the user's own, in words that quote nothing of them. */
export function faultOf(app: CompleteApp, data: Credentials): string | undefined {
  const plain = (key: string): string => Buffer.from(data[key] ?? '', 'base64').toString();
  if (plain('secret_key').trim().length < SHORTEST_KEY) {
    return `secret_key must have at least ${SHORTEST_KEY} random characters`;
  }
  if (app.spec.database.external) return undefined;
  const wrong = ['db_uri', 'db_migration_uri'].find((key) => !isOfManagedDatabase(app, plain(key)));
  if (wrong === undefined) return undefined;
  const form = `mysql://USER:PASSWORD@${childName(app, 'mysql')}:3306/${DATABASE_NAME}`;
  return `${wrong} must have the form ${form}, since the database is the app's own; or name another in spec.database.external of a new app`;
}

function isOfManagedDatabase(app: CompleteApp, uri: string): boolean {
  const url = URL.canParse(uri.trim()) ? new URL(uri.trim()) : undefined;
  if (!url || !['mysql:', 'mysql+pymysql:'].includes(url.protocol)) return false;
  const host = childName(app, 'mysql');
  const namespace = app.metadata.namespace ?? '';
  const hosts = [host, `${host}.${namespace}`, `${host}.${namespace}.svc`, `${host}.${namespace}.svc.cluster.local`];
  const isThere = hosts.includes(url.hostname) && ['', '3306'].includes(url.port);
  return isThere && url.pathname === `/${DATABASE_NAME}` && url.username !== '' && url.password !== '';
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
