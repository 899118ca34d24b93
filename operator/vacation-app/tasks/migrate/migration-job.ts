import type { V1Job, V1PodSpec } from '@kubernetes/client-node';
import type { CompleteApp } from '../../../api/defaults.ts';
import { atRevision } from '../../children/templates.ts';
import { databaseKindOf } from '../../database/database.ts';
import type { Facts } from '../../facts.ts';
import { childMetadata, contentHash, jobName, labels } from '../../names.ts';
import type { Pin } from '../../pins.ts';
import type { PodIds } from '../../platform.ts';
import { taskPod, workOf } from '../task-pod.ts';
import { MIGRATE, MIGRATION } from './migration-versions.ts';

/** The schema as the web image needs it. A Job cannot change: another image is another Job, and so is another database. */
export function migrationJob(app: CompleteApp, facts: Facts): V1Job {
  return {
    metadata: childMetadata(app, nameOfMigration(app, migrationContent(app, facts.web), facts.database), MIGRATION),
    spec: {
      backoffLimit: 4,
      activeDeadlineSeconds: 3_600,
      template: {
        metadata: { labels: labels(app, MIGRATION) },
        spec: migrationPod(app, facts.web, facts.podIds.web),
      },
    },
  };
}

/** A hash of what a migration does, whoever chooses the ids of its pod. */
export const migrationContent = (app: CompleteApp, web: Pin): string =>
  contentHash(workOf(migrationPod(app, web, 'Managed')));

/** Of the Job; `database` is the identity that `DatabaseState` has. Without one it is the name that earlier operators gave it. */
export const nameOfMigration = (app: CompleteApp, content: string, database: string | undefined): string =>
  jobName(app, MIGRATE, database === undefined ? content : contentHash([content, database]));

/** A pod that brings the schema to what the image needs, as a user that may change it. */
function migrationPod(app: CompleteApp, { revision, image }: Pin, podIds: PodIds): V1PodSpec {
  const env = databaseKindOf(app).migrationEnvironment(app);
  const pod = taskPod(app, { name: MIGRATE, script: 'webapp/migrate.js', image, podIds, env });
  return atRevision(revision, 'web', pod, app);
}
