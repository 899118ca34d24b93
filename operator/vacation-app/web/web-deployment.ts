import type { V1Deployment } from '@kubernetes/client-node';
import { isHibernated, type CompleteApp } from '../../api/defaults.ts';
import type { Facts } from '../facts.ts';
import { childMetadata, childName, contentHash, CONTENT, FACT, labels, selectorLabels } from '../names.ts';
import { pinAnnotations, podIdsAnnotation } from '../pins.ts';
import { fixedReplicas } from './replicas.ts';
import { atRevision } from '../children/templates.ts';
import { webConfigMap } from './web-config-map.ts';
import { webPod } from './web-pod.ts';

/** The web pods. `spec.replicas` is here only where the app fixes it or hibernates: else whoever scales the pods owns it. */
export function webDeployment(app: CompleteApp, facts: Facts): V1Deployment {
  const { pod } = app.spec;
  const replicas = fixedReplicas(app);
  return {
    metadata: {
      ...childMetadata(app, childName(app, 'web'), 'web'),
      annotations: {
        ...pinAnnotations(facts.web),
        ...podIdsAnnotation(facts.podIds.web),
        ...reported(facts),
        ...sizeBeforeSleep(app, facts),
      },
    },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      revisionHistoryLimit: 5,
      progressDeadlineSeconds: 300,
      selector: { matchLabels: selectorLabels(app, 'web') },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: {
          labels: { ...pod?.labels, ...labels(app, 'web') },
          annotations: {
            ...pod?.annotations,
            [CONTENT.configuration]: contentHash(webConfigMap(app, facts).data),
            [CONTENT.credentials]: facts.credentialsHash,
            ...(facts.environmentHash === undefined ? {} : { [CONTENT.environment]: facts.environmentHash }),
            ...(facts.restart === undefined ? {} : { [FACT.restart]: facts.restart }),
          },
        },
        spec: atRevision(facts.web.revision, 'web', webPod(app, facts.web.image, facts.podIds.web), app),
      },
    },
  };
}

const reported = ({ schemaVersion, databaseVersion }: Facts): Record<string, string> => ({
  ...(schemaVersion === undefined ? {} : { [FACT.schemaVersion]: schemaVersion }),
  ...(databaseVersion === undefined ? {} : { [FACT.databaseVersion]: databaseVersion }),
});

const sizeBeforeSleep = (app: CompleteApp, { sizeBefore }: Facts): Record<string, string> =>
  isHibernated(app) && sizeBefore !== undefined ? { [FACT.size]: String(sizeBefore) } : {};
