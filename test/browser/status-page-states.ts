import type { Condition } from '../../operator/api/conditions.ts';
import { messageOf } from '../../operator/api/reasons.ts';
import type { VacationApp, VacationAppSpec, VacationAppStatus } from '../../operator/api/vacation-app.ts';
import type { KubeObject } from '../../operator/runtime/client/kinds.ts';
import { labels } from '../../operator/vacation-app/names.ts';
import { convergedObjects } from '../support/status-page.ts';
import { aVacationApp } from '../support/vacation-app.ts';

/** An app in the caches of the operator, in one of the states in which its page looks different. */
export interface AppState {
  readonly name: string;
  readonly objects: readonly KubeObject[];
  /** Words that its page shows. */
  readonly shows: readonly string[];
}

type Told = readonly [type: string, status: Condition['status'], reason: string, message: string];

const GOOD: readonly Told[] = [
  ['CredentialsReady', 'True', 'Available', 'Secret holds all keys'],
  ['DatabaseReady', 'True', 'Available', 'MySQL takes connections'],
  ['SchemaReady', 'True', 'Migrated', messageOf('Migrated', { version: '0009' })],
  ['WebReady', 'True', 'Available', 'All web pods are ready and as declared'],
  ['AutoscalingReady', 'True', 'Autoscaling', messageOf('Autoscaling')],
  ['UpdateAvailable', 'False', 'UpToDate', messageOf('UpToDate')],
];

/** `told` come first, and replace those of the same type. */
const conditions = (told: readonly Told[]): Condition[] =>
  [...told, ...GOOD.filter(([type]) => !told.some(([other]) => other === type))].map(
    ([type, status, reason, message]) => ({
      type,
      status,
      reason,
      message,
      observedGeneration: 1,
      lastTransitionTime: ago(type === 'CredentialsReady' ? 7_200 : 260),
    }),
  );

const ago = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString();

function anApp(
  name: string,
  spec: VacationAppSpec,
  told?: readonly Told[],
  more: Partial<VacationAppStatus> = {},
): VacationApp {
  const status: VacationAppStatus = {
    observedGeneration: 1,
    conditions: conditions(told ?? []),
    url: `https://${name}.example.com/`,
    image: 'ghcr.io/interstellar-dev/vacation-webapp:0.1.0',
    schemaVersion: '0009',
    web: { desired: 2, ready: 2, updated: 2, summary: '2/2' },
    database: { version: '8.4.6', endpoint: `${name}-mysql:3306`, storage: '2Gi', deletionPolicy: 'Retain' },
    ...more,
  };
  const metadata = { name, uid: `uid-of-${name}`, creationTimestamp: new Date(Date.now() - 9_000_000) };
  return aVacationApp({ metadata, spec, ...(told && { status }) });
}

const waits = (reason: string, message: string): Told[] => [
  ['Ready', 'False', reason, message],
  ['Reconciling', 'True', reason, message],
];

const needs = (reason: string, message: string): Told[] => [
  ['Ready', 'False', reason, message],
  ['Stalled', 'True', reason, message],
];

function aPod(app: string, component: string, suffix: string, container: object, phase = 'Running'): KubeObject {
  const metadata = {
    name: `${app}-${suffix}`,
    namespace: 'travel',
    labels: labels({ metadata: { name: app } }, component),
  };
  const status = { name: component, image: `${component}:1`, imageID: '', ready: true, restartCount: 0, ...container };
  return { apiVersion: 'v1', kind: 'Pod', metadata, ...({ status: { phase, containerStatuses: [status] } } as object) };
}

const RUNNING = { state: { running: { startedAt: ago(3_000) } } };
const servingPods = (app: string): KubeObject[] => [
  aPod(app, 'web', 'web-7d9f-k2x4b', RUNNING),
  aPod(app, 'web', 'web-7d9f-p8m2c', {
    ...RUNNING,
    restartCount: 1,
    lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
  }),
  aPod(app, 'mysql', 'mysql-0', RUNNING),
];

function anAutoscaler(app: string, current: number, desired: number): KubeObject {
  const body = {
    spec: { minReplicas: 2, maxReplicas: 10, scaleTargetRef: { kind: 'Deployment', name: `${app}-web` } },
    status: { currentReplicas: current, desiredReplicas: desired },
  };
  const metadata = { name: `${app}-web`, namespace: 'travel', labels: labels({ metadata: { name: app } }, 'web') };
  return { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata, ...(body as object) };
}

const starting = messageOf('DatabaseStarting', { pods: 'Pod waiting-mysql-0' });
const pulling = messageOf('ImagePullFailed', {
  pod: 'stalled-web-59c8-zq7n1',
  image: 'registry.example.com/vacation-webapp:typo',
});
const stuck = messageOf('RolloutStuck', { deployment: 'stalled-web', cause: pulling });
const fought = messageOf('FieldContested', { fields: 'spec.ports of Service/contested-web (by kubectl-edit)' });
const migrating = messageOf('MigrationRunning', { job: 'migrating-migrate-4fd2a91c03' });

const fresh = anApp('fresh', {});
const waiting = anApp('waiting', {}, [
  ...waits('DatabaseStarting', starting),
  ['DatabaseReady', 'False', 'DatabaseStarting', starting],
  ['SchemaReady', 'False', 'WaitingForDatabase', messageOf('WaitingForDatabase', { who: 'The migration waits' })],
  ['WebReady', 'False', 'WaitingForDatabase', messageOf('WaitingForDatabase', { who: 'The web pods wait' })],
], { web: { desired: 0, ready: 0, updated: 0, summary: '0/0' } }); // prettier-ignore
const stalled = anApp('stalled', {}, [...needs('RolloutStuck', stuck), ['WebReady', 'False', 'RolloutStuck', stuck]], {
  web: { desired: 2, ready: 1, updated: 1, summary: '1/2' },
});
const contested = anApp('contested', {}, [
  ['Ready', 'True', 'Available', 'The app serves'],
  ['Reconciling', 'True', 'FieldContested', fought],
], {
  drift: [
    { object: 'Service/contested-web', field: 'spec.ports[80/TCP].targetPort', manager: 'kubectl-edit', count: 14, time: ago(40) },
    { object: 'ConfigMap/contested-web', field: '*', manager: 'unknown', count: 1, time: ago(4_000) },
  ],
  autoscaling: { minReplicas: 2, maxReplicas: 10, desiredReplicas: 4 },
}); // prettier-ignore
const hibernated = anApp('hibernated', { mode: 'Hibernated' }, [
  ['Ready', 'True', 'Hibernated', 'Nothing of the app runs; its data are kept'],
  ...(['DatabaseReady', 'SchemaReady', 'WebReady'] as const).map((type): Told => [type, 'True', 'Hibernated', 'Waits for spec.mode to be Running']),
], { web: { desired: 0, ready: 0, updated: 0, summary: '0/0' } }); // prettier-ignore
const migratingApp = anApp('migrating', { replicas: 2 }, [
  ...waits('MigrationRunning', migrating),
  ['SchemaReady', 'False', 'MigrationRunning', migrating],
  ['WebReady', 'False', 'WaitingForSchema', messageOf('WaitingForSchema', { what: 'the migration' })],
]);

/** The objects of an app whose migration is done. */
const migrated = (objects: readonly KubeObject[]): KubeObject[] =>
  objects.map((object) => {
    const status = { conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: ago(3_000) }] };
    return object.kind === 'Job' ? { ...object, ...({ status } as object) } : object;
  });

/** The seventh state is that of an app that is gone. */
export const appStates: readonly AppState[] = [
  { name: 'fresh', objects: [fresh], shows: ['New', 'The operator reports on a new app within seconds', 'waits for the database'] },
  {
    name: 'waiting',
    objects: [...convergedObjects(waiting), aPod('waiting', 'mysql', 'mysql-0', { ready: false, state: { waiting: { reason: 'ContainerCreating' } } }, 'Pending')],
    shows: ['Reconciling', starting, 'It is expected to pass by itself'],
  },
  {
    name: 'stalled',
    objects: [
      ...migrated(convergedObjects(stalled)),
      ...servingPods('stalled').slice(0, 1),
      aPod('stalled', 'web', 'web-59c8-zq7n1', { ready: false, image: 'registry.example.com/vacation-webapp:typo', state: { waiting: { reason: 'ImagePullBackOff' } } }, 'Pending'),
      ...servingPods('stalled').slice(2),
    ],
    shows: ['Stalled', stuck, 'Somebody has to act', 'ImagePullBackOff'],
  },
  {
    name: 'contested',
    objects: [...migrated(convergedObjects(contested)), ...servingPods('contested'), anAutoscaler('contested', 2, 4)],
    shows: ['Reconciling', fought, 'kubectl-edit', '14 times', 'The sizes as a table'],
  },
  { name: 'hibernated', objects: migrated(convergedObjects(hibernated)), shows: ['Hibernated', 'its data are kept', 'scaled to 0'] },
  {
    name: 'migrating',
    objects: [...convergedObjects(migratingApp), ...servingPods('migrating').slice(2)],
    shows: ['Reconciling', migrating, 'Migration'],
  },
]; // prettier-ignore

/** A second namespace, and enough apps for a second page. */
export const manyApps: readonly KubeObject[] = Array.from({ length: 120 }, (_, index) =>
  anApp(`trip-${String(index).padStart(3, '0')}`, {}, [['Ready', 'True', 'Available', 'The app serves']]),
).map((app) => ({ ...app, metadata: { ...app.metadata, namespace: 'fleet' } }));
