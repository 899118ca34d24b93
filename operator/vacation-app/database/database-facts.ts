import type { CompleteApp } from '../../api/defaults.ts';
import { rememberedCheck, type DatabaseCheck } from './external/external-database.ts';
import type { DatabaseFacts } from '../facts.ts';
import type { Migration } from '../tasks/migrate/migration.ts';
import { FACT } from '../names.ts';
import { migrationReport, reportOf, type Observed } from '../observe.ts';

type Reports = Omit<DatabaseFacts, 'database'>;

/** What migrations and checks reported of the database that is there now, the latest first. */
export function databaseFacts(
  app: CompleteApp,
  observed: Observed,
  migration: Migration,
  check: DatabaseCheck | undefined,
): Reports {
  const onDeployment = annotated(observed.deployment);
  // Where the migration is not done it may be another database than the one that the Deployment knew.
  const before = app.spec.database.external || migration.isDone ? onDeployment : {};
  const onVolume = annotated(observed.volumeClaim);
  const report = {
    ...before,
    ...onVolume,
    ...reportOf(check?.said ?? {}),
    ...migrationReport(observed, migration.name),
  };
  return {
    schemaVersion: report.schemaVersion,
    databaseVersion: report.databaseVersion,
    remembered: app.spec.database.external ? rememberedOf(observed, migration) : {},
  };
}

const annotated = (object: { metadata?: { annotations?: Record<string, string> } } | undefined) =>
  reportOf({
    schemaVersion: object?.metadata?.annotations?.[FACT.schemaVersion],
    databaseVersion: object?.metadata?.annotations?.[FACT.databaseVersion],
  });

/** An external database has no object of the app's own that could remember. */
function rememberedOf(observed: Observed, { name, isDone }: Migration): Record<string, string> {
  const done = isDone ? name : observed.configMap?.metadata?.annotations?.[FACT.migrated];
  const lastCheck = rememberedCheck(observed);
  return {
    ...(done === undefined ? {} : { [FACT.migrated]: done }),
    ...(lastCheck === undefined ? {} : { [FACT.lastCheck]: lastCheck }),
  };
}
