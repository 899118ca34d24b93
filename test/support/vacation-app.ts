import type {
  V1ContainerStatus,
  V1Deployment,
  V1Job,
  V1PersistentVolumeClaim,
  V1Pod,
  V1Secret,
  V1StatefulSet,
  V2HorizontalPodAutoscaler,
  V2HorizontalPodAutoscalerCondition,
} from '@kubernetes/client-node';
import { withDefaults, type CompleteApp } from '../../operator/api/defaults.ts';
import { VACATION_APP, type VacationApp } from '../../operator/api/vacation-app.ts';
import { credentialKeysOf } from '../../operator/vacation-app/credentials/credentials.ts';
import type { Facts, OperatorDefaults } from '../../operator/vacation-app/facts.ts';
import { labels } from '../../operator/vacation-app/names.ts';
import type { Observed } from '../../operator/vacation-app/observe.ts';
import { platformOf } from '../../operator/vacation-app/platform.ts';
import { LATEST_REVISION } from '../../operator/vacation-app/children/templates.ts';
import type { UserSecret } from '../../operator/vacation-app/credentials/user-secrets.ts';

type Overrides<T> = { readonly [K in keyof T]?: Partial<T[K]> };

export const DEFAULTS: OperatorDefaults = {
  webappImage: 'webapp:1',
  mysqlImage: 'mysql:1',
  ...platformOf('Discovered', false),
};

/** An app as the API server would return it; whatever a test looks at is given. */
export function aVacationApp({ metadata, spec, ...rest }: Overrides<VacationApp> = {}): VacationApp {
  return {
    apiVersion: VACATION_APP.apiVersion,
    kind: VACATION_APP.kind,
    metadata: { name: 'milky-way', namespace: 'travel', uid: 'uid-of-the-app', generation: 1, ...metadata },
    spec: { ...spec },
    ...(rest as Pick<VacationApp, 'status'>),
  };
}

export const aCompleteApp = (overrides: Overrides<VacationApp> = {}): CompleteApp =>
  withDefaults(aVacationApp(overrides));

export const someFacts = (overrides: Partial<Facts> = {}): Facts => ({
  web: { image: 'webapp:1', revision: LATEST_REVISION, update: '' },
  mysql: { image: 'mysql:1', revision: LATEST_REVISION, update: '' },
  podIds: { web: 'Managed', mysql: 'Managed' },
  mysqlPodMetadata: { labels: {}, annotations: {} },
  dnsPorts: [53],
  restart: undefined,
  credentialsHash: 'c0ffee',
  environmentHash: undefined,
  checkAfter: undefined,
  database: undefined,
  schemaVersion: undefined,
  databaseVersion: undefined,
  remembered: {},
  volumeTemplateSize: undefined,
  sizeBefore: undefined,
  isDatabaseUsed: true,
  ...overrides,
});

const child = (
  name: string,
  component: string,
): { name: string; namespace: string; labels: Record<string, string> } => ({
  name: `milky-way-${name}`,
  namespace: 'travel',
  labels: labels(aVacationApp(), component),
});

export const aSecret = (overrides: Partial<V1Secret> = {}): V1Secret => ({
  metadata: child('credentials', 'credentials'),
  data: Object.fromEntries(
    credentialKeysOf(aCompleteApp()).map((key) => [key, Buffer.from(`value of ${key}`).toString('base64')]),
  ),
  ...overrides,
});

export const aStatefulSet = (status: Partial<V1StatefulSet['status']> = {}): V1StatefulSet => ({
  metadata: { ...child('mysql', 'mysql'), generation: 3 },
  status: {
    replicas: 1,
    readyReplicas: 1,
    observedGeneration: 3,
    currentRevision: 'a',
    updateRevision: 'a',
    ...status,
  },
});

export const aVolumeClaim = (phase = 'Bound'): V1PersistentVolumeClaim => ({
  metadata: { name: 'data-milky-way-mysql-0', namespace: 'travel', uid: 'uid-of-the-volume' },
  status: { phase, ...(phase === 'Bound' ? { capacity: { storage: '2Gi' } } : {}) },
});

export const aJob = (condition?: 'Complete' | 'Failed', at = '2026-03-01T10:00:00Z', name = 'migrate-1'): V1Job => ({
  metadata: child(name, 'migration'),
  status: {
    conditions:
      condition === undefined ? [] : [{ type: condition, status: 'True', lastTransitionTime: at as unknown as Date }],
  },
});

export function aDeployment({ metadata, spec, status }: Overrides<V1Deployment> = {}): V1Deployment {
  return {
    metadata: { ...child('web', 'web'), generation: 5, ...metadata },
    spec: {
      replicas: 2,
      selector: {},
      template: { spec: { containers: [{ name: 'web', image: 'webapp:1' }] } },
      ...spec,
    },
    status: {
      observedGeneration: 5,
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      ...status,
    },
  };
}

export const anAutoscaler = (
  conditions: V2HorizontalPodAutoscalerCondition[] = [{ type: 'ScalingActive', status: 'True' }],
): V2HorizontalPodAutoscaler => ({
  metadata: child('web', 'web'),
  spec: { minReplicas: 2, maxReplicas: 10, scaleTargetRef: { kind: 'Deployment', name: 'milky-way-web' } },
  status: { desiredReplicas: 2, conditions },
});

export const aPod = (component: string, status: V1Pod['status'] = {}, metadata: V1Pod['metadata'] = {}): V1Pod => ({
  metadata: { ...child(`${component}-0`, component), ...metadata },
  status,
});

/** A pod whose container is held up for that reason. */
export const aWaitingPod = (component: string, reason: string): V1Pod =>
  aPod(component, {
    containerStatuses: [
      {
        name: component,
        image: 'image:1',
        imageID: '',
        ready: false,
        restartCount: 3,
        state: { waiting: { reason, message: 'as the kubelet says' } },
        lastState: { terminated: { exitCode: 137 } },
      },
    ],
  });

/** MySQL's pod, of that revision of the StatefulSet's template, with its container so. */
export function aMysqlPod(revision: string, container: Partial<V1ContainerStatus>): V1Pod {
  const status = { name: 'mysql', image: 'mysql:1', imageID: '', ready: false, restartCount: 0, ...container };
  const pod = aPod('mysql', { containerStatuses: [status] });
  return {
    ...pod,
    metadata: { ...pod.metadata, labels: { ...pod.metadata?.labels, 'controller-revision-hash': revision } },
  };
}

/** A Secret of the user's own as it is observed. */
export const aUserSecret = (plain: Readonly<Record<string, string>>, isFollowed = true): UserSecret => ({
  data: Object.fromEntries(Object.entries(plain).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
  isFollowed,
});

/** Everything that an app which serves consists of. */
export const aServingWorld = (overrides: Partial<Observed> = {}): Observed => ({
  secret: aSecret(),
  userSecrets: new Map(),
  refusals: new Map(),
  statefulSet: aStatefulSet(),
  volumeClaim: aVolumeClaim(),
  jobs: [aJob('Complete')],
  configMap: undefined,
  deployment: aDeployment(),
  autoscaler: anAutoscaler(),
  ingress: undefined,
  webService: undefined,
  httpRoute: undefined,
  isGatewayApiServed: true,
  pods: [],
  ...overrides,
});
