import type { V1Job } from '@kubernetes/client-node';
import type { CompleteApp } from '../../api/defaults.ts';
import type { Facts } from '../facts.ts';
import { childMetadata, contentHash, labels, migrationName } from '../names.ts';
import { atRevision } from './templates.ts';
import { migrationPod } from './web-pod.ts';

/** The schema as the web image needs it. Named for its content, since a Job cannot change: another image is another Job. */
export function migrationJob(app: CompleteApp, facts: Facts): V1Job {
  const spec = atRevision(facts.web.revision, 'web', migrationPod(app, facts.web.image), app);
  // Where the pod may run does not change what it does: no reason to migrate again.
  const { nodeSelector, tolerations, affinity, priorityClassName, ...content } = spec;
  return {
    metadata: childMetadata(app, migrationName(app, contentHash(content)), 'migration'),
    spec: {
      backoffLimit: 4,
      activeDeadlineSeconds: 3_600,
      template: { metadata: { labels: labels(app, 'migration') }, spec },
    },
  };
}
