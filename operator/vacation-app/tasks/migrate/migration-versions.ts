import type { Observed } from '../../observe.ts';
import { podsOfJob } from '../jobs.ts';
import { reportOf, terminated, versionsOf, type Versions } from '../task-report.ts';

/** The container of a migration. */
export const MIGRATE = 'migrate';
/** The component that its Jobs and pods are of. */
export const MIGRATION = 'migration';

/** What the migration of that name reported, once it has succeeded. */
export function migrationVersions(observed: Pick<Observed, 'pods'>, jobName: string): Versions {
  const succeeded = podsOfJob(observed, jobName).filter((pod) => terminated(pod, MIGRATE)?.exitCode === 0);
  return versionsOf(reportOf(succeeded, MIGRATE));
}
