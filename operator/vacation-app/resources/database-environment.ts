import type { V1EnvVar, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import type { CompleteApp, CompleteExternalDatabase } from '../../api/defaults.ts';
import { CA_KEY, credentialsSecretName } from '../names.ts';

export const fromSecret = (name: string, secret: string, key: string, optional = false): V1EnvVar => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key, ...(optional ? { optional } : {}) } },
});

/** Where the database is and as whom the web pods speak to it. */
export function databaseEnvironment(app: CompleteApp): V1EnvVar[] {
  const { external } = app.spec.database;
  if (!external) return [fromSecret('db_uri', credentialsSecretName(app), 'db_uri')];
  const { credentialsSecretName: secret } = external;
  return [
    ...addressOf(external),
    fromSecret('DB_USER', secret, 'username'),
    fromSecret('DB_PASSWORD', secret, 'password'),
  ];
}

/** The same for migrations: as a user who may change the schema, where there is one of its own. */
export function migrationEnvironment(app: CompleteApp): V1EnvVar[] {
  const { external } = app.spec.database;
  if (!external) return [fromSecret('db_uri', credentialsSecretName(app), 'db_migration_uri')];
  const { credentialsSecretName: secret } = external;
  return [
    ...databaseEnvironment(app),
    fromSecret('DB_MIGRATION_USER', secret, 'migration_username', true),
    fromSecret('DB_MIGRATION_PASSWORD', secret, 'migration_password', true),
  ];
}

const MODES: ReadonlyMap<string, string> = new Map([
  ['Disabled', 'off'],
  ['Required', 'required'],
]);
/** Of `VerifyIdentity`, and of a mode that this operator does not know: nothing is ever sent in the clear by mistake. */
const STRICTEST = 'verify-identity';
const CA_PATH = '/etc/vacation/database-ca';

function addressOf({ host, port, name, tls }: CompleteExternalDatabase): V1EnvVar[] {
  return [
    { name: 'DB_HOST', value: host },
    { name: 'DB_PORT', value: String(port) },
    { name: 'DB_NAME', value: name },
    { name: 'DB_TLS', value: MODES.get(tls.mode) ?? STRICTEST },
    ...(tls.caSecretName === undefined ? [] : [{ name: 'DB_TLS_CA_FILE', value: `${CA_PATH}/${CA_KEY}` }]),
  ];
}

/** The certificates of who may have signed the database's. */
export function databaseVolumes(app: CompleteApp): { volumes: V1Volume[]; volumeMounts: V1VolumeMount[] } {
  const secretName = app.spec.database.external?.tls.caSecretName;
  if (secretName === undefined) return { volumes: [], volumeMounts: [] };
  const secret = { secretName, defaultMode: 0o444, items: [{ key: CA_KEY, path: CA_KEY }] };
  return {
    volumes: [{ name: 'database-ca', secret }],
    volumeMounts: [{ name: 'database-ca', mountPath: CA_PATH, readOnly: true }],
  };
}
