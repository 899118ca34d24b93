import type { CompleteApp } from '../api/defaults.ts';
import type { DatabaseCheck } from './external-database.ts';
import type { Facts } from './facts.ts';
import { FACT } from './names.ts';
import { finishedAt, jobCondition, jobNamed, type Observed } from './observe.ts';
import { migrationContent, nameOfMigration } from './resources/migration-job.ts';

/** The migration that the web pods need, of the database that is there now. */
export interface Migration {
  /** Of its Job. */
  readonly name: string;
  /** What is remembered of it once it is done. */
  readonly id: string;
  readonly isDone: boolean;
  /** Whether that is remembered beside its Job, which may then go. */
  readonly isRemembered: boolean;
}

/**
 * Which migration is wanted, and whether it was done.
 *
 * 1. Of a managed database it is done once for each volume: the claim remembers it, and the Job is named for the claim's uid.
 * 2. A Job of an operator that named it for its content alone counts for a volume that was there when it ended.
 * 3. Of an external database it is done anew after each check that found the schema missing or outdated. A check that found the schema
 *    current is proof enough.
 */
export function migrationOf(
  app: CompleteApp,
  facts: Pick<Facts, 'web' | 'database'>,
  observed: Pick<Observed, 'volumeClaim' | 'jobs' | 'configMap'>,
  check: DatabaseCheck | undefined,
): Migration {
  const content = migrationContent(app, facts.web);
  const name = nameOfMigration(app, content, facts.database);
  const { external } = app.spec.database;
  const id = external ? name : content;
  const keeper = external ? observed.configMap : observed.volumeClaim;
  const isCurrent = external !== undefined && check?.said.schema === 'current';
  const isRemembered = isCurrent || keeper?.metadata?.annotations?.[FACT.migrated] === id;
  const older = external ? undefined : jobNamed(observed, nameOfMigration(app, content, undefined));
  const isDone =
    isRemembered ||
    jobCondition(jobNamed(observed, name), 'Complete') ||
    (jobCondition(older, 'Complete') && hasSeen(older, observed));
  return { name, id, isDone, isRemembered };
}

/** Whether the volume was there when the Job ended. */
function hasSeen(job: Observed['jobs'][number] | undefined, { volumeClaim }: Pick<Observed, 'volumeClaim'>): boolean {
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
