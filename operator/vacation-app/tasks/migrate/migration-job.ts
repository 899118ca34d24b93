import type { V1Job, V1PodSpec } from '@kubernetes/client-node';
import type { CompleteApp } from '../../../api/defaults.ts';
import type { Facts, Pin } from '../../facts.ts';
import { childMetadata, contentHash, labels, migrationName } from '../../names.ts';
import { atRevision } from '../../children/templates.ts';
import { migrationPod } from '../../web/web-pod.ts';

/** The schema as the web image needs it. A Job cannot change: another image is another Job, and so is another database. */
export function migrationJob(app: CompleteApp, facts: Facts): V1Job {
  return {
    metadata: childMetadata(app, nameOfMigration(app, migrationContent(app, facts.web), facts.database), 'migration'),
    spec: {
      backoffLimit: 4,
      activeDeadlineSeconds: 3_600,
      template: { metadata: { labels: labels(app, 'migration') }, spec: podOf(app, facts.web) },
    },
  };
}

/** A hash of what a migration does. Where its pod may run does not change that. */
export function migrationContent(app: CompleteApp, web: Pin): string {
  const { nodeSelector, tolerations, affinity, priorityClassName, ...content } = podOf(app, web);
  return contentHash(content);
}

/** Of the Job; `database` as `databaseOf` has it. Without one it is the name that earlier operators gave it. */
export const nameOfMigration = (app: CompleteApp, content: string, database: string | undefined): string =>
  migrationName(app, database === undefined ? content : contentHash([content, database]));

const podOf = (app: CompleteApp, { revision, image }: Pin): V1PodSpec =>
  atRevision(revision, 'web', migrationPod(app, image), app);
