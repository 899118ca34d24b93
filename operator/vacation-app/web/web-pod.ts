import type { V1Container, V1EnvVar, V1PodSpec, V1TopologySpreadConstraint } from '@kubernetes/client-node';
import type { CompleteApp } from '../../api/defaults.ts';
import { childName, credentialsSecretName, selectorLabels } from '../names.ts';
import {
  databaseEnvironment,
  databaseVolumes,
  fromSecret,
  migrationEnvironment,
} from '../resources/database-environment.ts';
import { containerSecurity, podSecurity } from '../children/security.ts';
import { PROBE_PORT, WEB_PORT } from './web-config-map.ts';

/** The user `node` of the official image. */
const NODE_USER = 1000;

/** What the web pods, the migration and the check have in common. */
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
    volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }, ...databaseVolumes(app).volumes],
  };
}

function containerBase(app: CompleteApp, image: string): Omit<V1Container, 'name'> {
  return {
    image,
    imagePullPolicy: app.spec.imagePullPolicy,
    envFrom: [{ configMapRef: { name: childName(app, 'web') } }],
    securityContext: containerSecurity(),
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }, ...databaseVolumes(app).volumeMounts],
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
          ...databaseEnvironment(app),
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

/** A pod that brings the schema to what the image needs, as a user that may change it. */
export const migrationPod = (app: CompleteApp, image: string): V1PodSpec =>
  podOfJob(app, { name: 'migrate', script: 'webapp/migrate.js', image, env: migrationEnvironment(app) });

/** A pod that tells whether the database can be used as the web pods use it. */
export const checkPod = (app: CompleteApp, image: string): V1PodSpec =>
  podOfJob(app, { name: 'check', script: 'webapp/check-database.js', image, env: databaseEnvironment(app) });

interface Task {
  readonly name: string;
  readonly script: string;
  readonly image: string;
  readonly env: readonly V1EnvVar[];
}

/** A pod that does one thing and says in its termination message what came of it. */
function podOfJob(app: CompleteApp, { name, script, image, env }: Task): V1PodSpec {
  // What keeps web pods together or apart is about them; which nodes they may have, about Jobs too.
  const nodeAffinity = app.spec.pod?.affinity?.nodeAffinity;
  return {
    ...podBase(app),
    ...(nodeAffinity === undefined ? {} : { affinity: { nodeAffinity } }),
    restartPolicy: 'Never',
    containers: [
      {
        name,
        ...containerBase(app, image),
        command: ['node', script],
        env: [...env, { name: 'RESULT_FILE', value: '/dev/termination-log' }],
        resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '256Mi' } },
      },
    ],
  };
}
