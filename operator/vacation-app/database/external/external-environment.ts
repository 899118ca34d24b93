import type { V1EnvVar, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import type { CompleteApp } from '../../../api/defaults.ts';
import { fromSecret } from '../../children/from-secret.ts';
import { CA_KEY } from '../../names.ts';
import { externalSettings } from './external-settings.ts';

const MODES: ReadonlyMap<string, string> = new Map([
  ['Disabled', 'off'],
  ['Required', 'required'],
]);
/** Of `VerifyIdentity`, and of a mode that this operator does not know: nothing is ever sent in the clear by mistake. */
const STRICTEST = 'verify-identity';
const CA_PATH = '/etc/vacation/database-ca';

/** Where the database is and as whom the web pods log in. */
export function externalEnvironment(app: CompleteApp): V1EnvVar[] {
  const { host, port, name, tls, credentialsSecretName } = externalSettings(app);
  return [
    { name: 'DB_HOST', value: host },
    { name: 'DB_PORT', value: String(port) },
    { name: 'DB_NAME', value: name },
    { name: 'DB_TLS', value: MODES.get(tls.mode) ?? STRICTEST },
    ...(tls.caSecretName === undefined ? [] : [{ name: 'DB_TLS_CA_FILE', value: `${CA_PATH}/${CA_KEY}` }]),
    fromSecret('DB_USER', credentialsSecretName, 'username'),
    fromSecret('DB_PASSWORD', credentialsSecretName, 'password'),
  ];
}

/** The same for migrations: as a user who may change the schema, where the Secret names one. */
export function externalMigrationEnvironment(app: CompleteApp): V1EnvVar[] {
  const { credentialsSecretName } = externalSettings(app);
  return [
    ...externalEnvironment(app),
    fromSecret('DB_MIGRATION_USER', credentialsSecretName, 'migration_username', true),
    fromSecret('DB_MIGRATION_PASSWORD', credentialsSecretName, 'migration_password', true),
  ];
}

/** The certificates of who may have signed the database's. */
export function authorityMounts(app: CompleteApp): { volumes: V1Volume[]; volumeMounts: V1VolumeMount[] } {
  const { caSecretName: secretName } = externalSettings(app).tls;
  if (secretName === undefined) return { volumes: [], volumeMounts: [] };
  const secret = { secretName, defaultMode: 0o444, items: [{ key: CA_KEY, path: CA_KEY }] };
  return {
    volumes: [{ name: 'database-ca', secret }],
    volumeMounts: [{ name: 'database-ca', mountPath: CA_PATH, readOnly: true }],
  };
}
