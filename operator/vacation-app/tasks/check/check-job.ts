import type { V1Job, V1PodSpec } from '@kubernetes/client-node';
import { isHibernated, type CompleteApp } from '../../../api/defaults.ts';
import { databaseKindOf } from '../../database/database.ts';
import type { Facts } from '../../facts.ts';
import { childMetadata, contentHash, CONTENT, FACT, jobName, labels } from '../../names.ts';
import type { PodIds } from '../../platform.ts';
import { taskPod, workOf } from '../task-pod.ts';
import { CHECK } from './checks.ts';

type Asked = Pick<Facts, 'web' | 'credentialsHash'>;

/**
 * Whether the database can be used, asked from where the web pods ask. It is named for its content and for the check before it: another
 * database in the spec is another Job, and so is the next look.
 */
export function checkJob(app: CompleteApp, facts: Asked & Pick<Facts, 'checkAfter' | 'podIds'>): V1Job | undefined {
  const content = checkContent(app, facts);
  if (content === undefined) return undefined;
  return {
    metadata: {
      ...childMetadata(app, jobName(app, CHECK, contentHash([content, facts.checkAfter])), CHECK),
      annotations: {
        [CONTENT.configuration]: content,
        ...(facts.checkAfter === undefined ? {} : { [FACT.checkAfter]: facts.checkAfter }),
      },
    },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: 300,
      template: { metadata: { labels: labels(app, CHECK) }, spec: checkPod(app, facts, facts.podIds.web) },
    },
  };
}

/** A hash of what the check asks, whoever chooses the ids of its pod. Undefined where none is wanted: of a database that is not checked, and in hibernation. */
export const checkContent = (app: CompleteApp, facts: Asked): string | undefined =>
  databaseKindOf(app).isChecked && !isHibernated(app)
    ? contentHash([workOf(checkPod(app, facts, 'Managed')), facts.credentialsHash])
    : undefined;

const checkPod = (app: CompleteApp, { web }: Asked, podIds: PodIds): V1PodSpec =>
  taskPod(app, {
    name: CHECK,
    script: 'webapp/check-database.js',
    image: web.image,
    podIds,
    env: databaseKindOf(app).environment(app),
  });
