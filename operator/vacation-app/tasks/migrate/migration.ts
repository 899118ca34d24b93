import type { CompleteApp } from '../../../api/defaults.ts';
import type { DatabaseCheck } from '../../database/external/external-database.ts';
import type { Facts } from '../../facts.ts';
import { FACT } from '../../names.ts';
import { finishedAt, jobCondition, jobNamed, type Observed } from '../../observe.ts';
import { migrationContent, nameOfMigration } from './migration-job.ts';

/** The migration that the web pods need, of the database that is there now. */
export interface Migration {
  /** Of its Job; remembered once it is done. */
  readonly name: string;
  readonly isDone: boolean;
  /** Whether that is remembered beside its Job, which may then go. */
  readonly isRemembered: boolean;
}

/**
 * Which migration is wanted, and whether it was done.
 *
 * 1. Of a managed database it is done once for each volume: it is named for the uid of the claim, which remembers it. Nothing is done of a
 *    volume that is not known.
 * 2. An operator of the first release named the Job for its content alone. It counts if the volume is older than the end of the Job.
 * 3. Of an external database it is done anew after each check that found the schema missing or outdated. A check that found the schema
 *    current is proof enough.
 */
export function migrationOf(
  app: CompleteApp,
  { web, database }: Pick<Facts, 'web' | 'database'>,
  observed: Pick<Observed, 'volumeClaim' | 'jobs' | 'configMap'>,
  check: DatabaseCheck | undefined,
): Migration {
  const content = migrationContent(app, web);
  const name = nameOfMigration(app, content, database);
  const isExternal = app.spec.database.external !== undefined;
  if (!isExternal && database === undefined) return { name, isDone: false, isRemembered: false };
  const keeper = isExternal ? observed.configMap : observed.volumeClaim;
  const isRemembered = keeper?.metadata?.annotations?.[FACT.migrated] === name;
  const unbound = isExternal ? undefined : jobNamed(observed, nameOfMigration(app, content, undefined));
  const isDone =
    isRemembered ||
    (isExternal && check?.said.schema === 'current') ||
    jobCondition(jobNamed(observed, name), 'Complete') ||
    (jobCondition(unbound, 'Complete') && endedOn(observed, unbound));
  return { name, isDone, isRemembered };
}

/** Whether the Job ended when the volume was there. */
function endedOn({ volumeClaim }: Pick<Observed, 'volumeClaim'>, job: Observed['jobs'][number] | undefined): boolean {
  const created = volumeClaim?.metadata?.creationTimestamp;
  return created !== undefined && (finishedAt(job) ?? 0) >= new Date(created).getTime();
}

/**
 * What tells this database from another one in the same place, as far as a migration must know: the uid of the volume's claim, or when a
 * check found the schema of an external database missing or outdated.
 */
export const databaseOf = (
  { spec }: CompleteApp,
  { volumeClaim }: Pick<Observed, 'volumeClaim'>,
  check: DatabaseCheck | undefined,
): string | undefined =>
  spec.database.external
    ? check?.said.schema === 'outdated'
      ? new Date(check.at).toISOString()
      : undefined
    : volumeClaim?.metadata?.uid;
