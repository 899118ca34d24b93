import { tcp } from '../../children/network-policy.ts';
import { FACT } from '../../names.ts';
import type { Observed } from '../../observe.ts';
import { rememberedCheck } from '../../tasks/check/checks.ts';
import type { Migration } from '../../tasks/migrate/migration.ts';
import { migrationVersions } from '../../tasks/migrate/migration-versions.ts';
import { versionsOf } from '../../tasks/task-report.ts';
import type { DatabaseKind } from '../database-kind.ts';
import { annotatedVersions } from '../reported-versions.ts';
import { authorityMounts, externalEnvironment, externalMigrationEnvironment } from './external-environment.ts';
import { externalReady } from './external-ready.ts';
import { externalSecretNames, externalSecretUses } from './external-secrets.ts';
import { endpointOf, externalSettings } from './external-settings.ts';

/** A MySQL server that somebody else runs. The operator makes nothing of it, and looks now and then whether it can be used. */
export const externalDatabase: DatabaseKind = {
  isOf: ({ spec }) => spec.database?.external !== undefined,
  components: [],
  children: () => [],

  environment: externalEnvironment,
  migrationEnvironment: externalMigrationEnvironment,
  mounts: authorityMounts,
  // A policy knows no host names: to any address, at the one port.
  egress: (app) => ({ ports: tcp(externalSettings(app).port) }),
  endpoint: (app) => endpointOf(externalSettings(app)),
  secretUses: externalSecretUses,
  secretNames: externalSecretNames,

  isChecked: true,
  stateOf: (_app, observed, check) => ({
    // A schema that is missing or outdated is migrated anew after each check that found it so.
    identity: check?.report.schema === 'outdated' ? new Date(check.at).toISOString() : undefined,
    isKnown: true,
    isReady: check?.isFit === true,
    isSchemaCurrent: check?.report.schema === 'current',
    memory: observed.configMap?.metadata?.annotations ?? {},
  }),
  factsOf: (observed, migration, check) => {
    const versions = {
      ...annotatedVersions(observed.deployment),
      ...versionsOf(check?.report ?? {}),
      ...migrationVersions(observed, migration.name),
    };
    return {
      schemaVersion: versions.schemaVersion,
      databaseVersion: versions.databaseVersion,
      remembered: rememberedOf(observed, migration),
    };
  },
  finding: externalReady,
};

/** An external database has no object of the app's own that could remember. */
function rememberedOf(observed: Observed, { name, isDone }: Migration): Record<string, string> {
  const done = isDone ? name : observed.configMap?.metadata?.annotations?.[FACT.migrated];
  const lastCheck = rememberedCheck(observed);
  return {
    ...(done === undefined ? {} : { [FACT.migrated]: done }),
    ...(lastCheck === undefined ? {} : { [FACT.lastCheck]: lastCheck }),
  };
}
