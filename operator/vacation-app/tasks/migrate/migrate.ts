import { isHibernated } from '../../../api/defaults.ts';
import { failedAt, jobCondition, jobNamed } from '../jobs.ts';
import type { Task } from '../task.ts';
import { migrationJob } from './migration-job.ts';
import { MIGRATE, MIGRATION } from './migration-versions.ts';
import { schemaReady } from './schema-ready.ts';

const RETRY_MS = 300_000;

/** Brings the schema to what the image of the web pods needs. */
export const migrate: Task = {
  name: MIGRATE,
  component: MIGRATION,
  step: 'schema',
  build: migrationJob,
  isWanted: ({ app, migration }) => !isHibernated(app) && !migration.isDone,
  nextLook: ({ observed, migration }) => {
    const failed = failedAt(jobNamed(observed, migration.name));
    return failed === undefined ? undefined : failed + RETRY_MS;
  },
  /*
   * 1. The app hibernates: every migration that has not completed; nothing may run.
   * 2. Another migration is needed: the older ones that failed, and all of them once it is remembered that that one was done.
   * 3. The one that is needed has failed: after some time, to be tried anew.
   */
  isSpent: (job, { app, migration }, isDesired, now) => {
    if (isHibernated(app)) return !jobCondition(job, 'Complete');
    const failed = failedAt(job);
    if (!isDesired) return migration.isRemembered || failed !== undefined;
    return failed !== undefined && now.getTime() - failed >= RETRY_MS;
  },
  gate: { result: 'the schema', isDone: ({ migration }) => migration.isDone, finding: schemaReady },
};
