import type { V1PodSpec, V1TopologySpreadConstraint } from '@kubernetes/client-node';
import type { CompleteApp } from '../../api/defaults.ts';
import { fromSecret } from '../children/from-secret.ts';
import { containerBase, podBase } from '../children/pod-parts.ts';
import { databaseKindOf } from '../database/database.ts';
import { credentialsSecretName, selectorLabels, WEB_CONTAINER } from '../names.ts';
import type { PodIds } from '../platform.ts';
import { PROBE_PORT, WEB_PORT } from './web-config-map.ts';

const OVER_NODES: V1TopologySpreadConstraint = {
  maxSkew: 1,
  topologyKey: 'kubernetes.io/hostname',
  whenUnsatisfiable: 'ScheduleAnyway',
};

/** A pod that serves the pages. */
export function webPod(app: CompleteApp, image: string, podIds: PodIds): V1PodSpec {
  const probe = (path: string): { httpGet: { path: string; port: string } } => ({ httpGet: { path, port: 'probes' } });
  const { affinity, topologySpreadConstraints = [OVER_NODES] } = app.spec.pod ?? {};
  const labelSelector = { matchLabels: selectorLabels(app, 'web') };
  return {
    ...podBase(app, podIds),
    ...(affinity === undefined ? {} : { affinity }),
    terminationGracePeriodSeconds: 40,
    topologySpreadConstraints: topologySpreadConstraints.map((constraint) => ({ labelSelector, ...constraint })),
    containers: [
      {
        name: WEB_CONTAINER,
        ...containerBase(app, image),
        env: [
          ...databaseKindOf(app).environment(app),
          fromSecret('secret_key', credentialsSecretName(app), 'secret_key'),
          fromSecret('secret_key_previous', credentialsSecretName(app), 'secret_key_previous', true),
          ...(app.spec.env ?? []),
        ],
        ports: [
          { name: 'http', containerPort: WEB_PORT, protocol: 'TCP' },
          { name: 'probes', containerPort: PROBE_PORT, protocol: 'TCP' },
        ],
        resources: app.spec.resources,
        // Waits for the schema, and so for a MySQL that recovers: a restart would only make it later.
        startupProbe: { ...probe('/readyz'), periodSeconds: 1, failureThreshold: 1_800, timeoutSeconds: 3 },
        readinessProbe: { ...probe('/readyz'), periodSeconds: 5, failureThreshold: 2, timeoutSeconds: 3 },
        livenessProbe: { ...probe('/livez'), periodSeconds: 10, failureThreshold: 6, timeoutSeconds: 5 },
        // Endpoints go away beside the stop, not before it: requests still arrive for a few seconds.
        lifecycle: { preStop: { sleep: { seconds: 5 } } },
      },
    ],
  };
}
