import type { CompleteApp } from '../../../api/defaults.ts';
import type { VacationApp } from '../../../api/vacation-app.ts';
import type { SecretUse } from '../../credentials/user-secrets.ts';
import { CA_KEY } from '../../names.ts';
import { externalSettings } from './external-settings.ts';

/** The keys of `database.external.credentialsSecretName`, those of `kubernetes.io/basic-auth`; a migration may have a user of its own. */
export const EXTERNAL_KEYS = ['username', 'password'] as const;
export const EXTERNAL_MIGRATION_KEYS = ['migration_username', 'migration_password'] as const;

/** The Secrets without which the database cannot be used. */
export function externalSecretUses(app: CompleteApp): SecretUse[] {
  const { credentialsSecretName, tls } = externalSettings(app);
  const use = (field: string, name: string, keys: readonly string[]): SecretUse => ({
    ...{ name, keys, ofWebPods: keys },
    field: `spec.database.external.${field}`,
  });
  return [
    use('credentialsSecretName', credentialsSecretName, EXTERNAL_KEYS),
    ...(tls.caSecretName === undefined ? [] : [use('tls.caSecretName', tls.caSecretName, [CA_KEY])]),
  ];
}

/** Their names, of an app without defaults. */
export function externalSecretNames({ spec }: VacationApp): (string | undefined)[] {
  const { credentialsSecretName, tls } = spec.database?.external ?? {};
  return [credentialsSecretName, tls?.caSecretName];
}
