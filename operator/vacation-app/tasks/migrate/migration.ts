import type { CompleteApp } from '../../../api/defaults.ts';
import type { DatabaseState } from '../../database/database-kind.ts';
import type { Facts } from '../../facts.ts';
import { FACT } from '../../names.ts';
import type { Observed } from '../../observe.ts';
import { finishedAt, jobCondition, jobNamed } from '../jobs.ts';
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
 * 1. Of a database that is not known yet nothing is done.
 * 2. It is done once for each database: it is named for what tells that from another, and the database remembers it.
 * 3. A schema that is known to be current is proof enough.
 * 4. An operator of the first release named the Job for its content alone. It counts if the database is older than the end of the Job.
 */
export function migrationOf(
  app: CompleteApp,
  { web }: Pick<Facts, 'web'>,
  database: DatabaseState,
  observed: Pick<Observed, 'jobs'>,
): Migration {
  const content = migrationContent(app, web);
  const name = nameOfMigration(app, content, database.identity);
  if (!database.isKnown) return { name, isDone: false, isRemembered: false };
  const isRemembered = database.memory[FACT.migrated] === name;
  const isDone =
    isRemembered ||
    database.isSchemaCurrent === true ||
    jobCondition(jobNamed(observed, name), 'Complete') ||
    completedSince(database.since, jobNamed(observed, nameOfMigration(app, content, undefined)));
  return { name, isDone, isRemembered };
}

/** Whether the Job was successful, and ended when the database was there. */
const completedSince = (since: Date | undefined, job: Observed['jobs'][number] | undefined): boolean =>
  since !== undefined && jobCondition(job, 'Complete') && (finishedAt(job) ?? 0) >= since.getTime();
