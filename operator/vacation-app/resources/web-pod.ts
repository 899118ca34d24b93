import type { V1Container, V1EnvVar, V1PodSpec, V1TopologySpreadConstraint } from '@kubernetes/client-node';
import type { CompleteApp } from '../../api/defaults.ts';
import { childName, credentialsName, selectorLabels } from '../names.ts';
import { containerSecurity, podSecurity } from './security.ts';
import { PROBE_PORT, WEB_PORT } from './web-config-map.ts';

/** The user `node` of the official image. */
const NODE_USER = 1000;

const fromCredentials = (app: CompleteApp, name: string, key: string, optional = false): V1EnvVar => ({
  name,
  valueFrom: { secretKeyRef: { name: credentialsName(app), key, ...(optional ? { optional } : {}) } },
});

/** What the web pods and the migration have in common. */
function podBase(app: CompleteApp): Omit<V1PodSpec, 'containers'> {
  const { nodeSelector, tolerations, priorityClassName } = app.spec.pod ?? {};
  return {
    serviceAccountName: childName(app, 'web'),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: podSecurity(NODE_USER),
    ...(app.spec.imagePullSecrets === undefined ? {} : { imagePullSecrets: app.spec.imagePullSecrets }),
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
    ...(tolerations === undefined ? {} : { tolerations }),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
    volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }],
  };
}

function containerBase(app: CompleteApp, image: string): Omit<V1Container, 'name'> {
  return {
    image,
    imagePullPolicy: app.spec.imagePullPolicy,
    envFrom: [{ configMapRef: { name: childName(app, 'web') } }],
    securityContext: containerSecurity(),
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
  };
}

const OVER_NODES: V1TopologySpreadConstraint = {
  maxSkew: 1,
  topologyKey: 'kubernetes.io/hostname',
  whenUnsatisfiable: 'ScheduleAnyway',
};

/** A pod that serves the pages. */
export function webPod(app: CompleteApp, image: string): V1PodSpec {
  const probe = (path: string): { httpGet: { path: string; port: string } } => ({ httpGet: { path, port: 'probes' } });
  const { affinity, topologySpreadConstraints = [OVER_NODES] } = app.spec.pod ?? {};
  const labelSelector = { matchLabels: selectorLabels(app, 'web') };
  return {
    ...podBase(app),
    ...(affinity === undefined ? {} : { affinity }),
    terminationGracePeriodSeconds: 40,
    topologySpreadConstraints: topologySpreadConstraints.map((constraint) => ({ labelSelector, ...constraint })),
    containers: [
      {
        name: 'web',
        ...containerBase(app, image),
        env: [
          fromCredentials(app, 'db_uri', 'db_uri'),
          fromCredentials(app, 'secret_key', 'secret_key'),
          fromCredentials(app, 'secret_key_previous', 'secret_key_previous', true),
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

/** A pod that brings the schema to what the image needs, as a user that may change it. */
export function migrationPod(app: CompleteApp, image: string): V1PodSpec {
  // What keeps web pods together or apart is about them; which nodes they may have, about the migration too.
  const nodeAffinity = app.spec.pod?.affinity?.nodeAffinity;
  return {
    ...podBase(app),
    ...(nodeAffinity === undefined ? {} : { affinity: { nodeAffinity } }),
    restartPolicy: 'Never',
    containers: [
      {
        name: 'migrate',
        ...containerBase(app, image),
        command: ['node', 'webapp/migrate.js'],
        env: [
          fromCredentials(app, 'db_uri', 'db_migration_uri'),
          { name: 'RESULT_FILE', value: '/dev/termination-log' },
        ],
        resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '256Mi' } },
      },
    ],
  };
}
