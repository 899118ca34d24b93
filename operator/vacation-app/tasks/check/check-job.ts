import type { V1Job } from '@kubernetes/client-node';
import { isHibernated, type CompleteApp } from '../../../api/defaults.ts';
import type { Facts } from '../../facts.ts';
import { checkName, childMetadata, contentHash, CONTENT, FACT, labels } from '../../names.ts';
import { checkPod } from '../../web/web-pod.ts';

/**
 * Whether an external database can be used, asked from where the web pods ask. Named for its content and for the check before it, since a
 * Job cannot change: what is said anew of the database is another Job, and so is the next look. None in hibernation.
 */
export function checkJob(
  app: CompleteApp,
  facts: Pick<Facts, 'web' | 'credentialsHash' | 'checkAfter'>,
): V1Job | undefined {
  if (!app.spec.database.external || isHibernated(app)) return undefined;
  const spec = checkPod(app, facts.web.image);
  const { nodeSelector, tolerations, affinity, priorityClassName, ...asked } = spec;
  const content = contentHash([asked, facts.credentialsHash]);
  const metadata = childMetadata(app, checkName(app, contentHash([content, facts.checkAfter])), 'check');
  return {
    metadata: {
      ...metadata,
      annotations: {
        [CONTENT.configuration]: content,
        ...(facts.checkAfter === undefined ? {} : { [FACT.checkAfter]: facts.checkAfter }),
      },
    },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: 300,
      template: { metadata: { labels: labels(app, 'check') }, spec },
    },
  };
}
