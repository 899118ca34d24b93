import type { Condition } from '../../operator/api/conditions.ts';
import { VACATION_APP, type VacationApp } from '../../operator/api/vacation-app.ts';
import { labels } from '../../operator/vacation-app/names.ts';
import { FakeCluster } from './fake-cluster.ts';
import { aVacationApp } from './vacation-app.ts';

const MADE = '2032-01-01T11:00:00Z';
const OWNER = [
  {
    apiVersion: VACATION_APP.apiVersion,
    kind: 'VacationApp',
    name: 'milky-way',
    uid: 'uid-of-the-app',
    controller: true,
  },
];

export const aCondition = (overrides: Partial<Condition> = {}): Condition => ({
  type: 'Ready',
  status: 'True',
  reason: 'Available',
  message: 'The app serves',
  observedGeneration: 1,
  lastTransitionTime: '2032-01-01T11:30:00Z',
  ...overrides,
});

/** The app of the cluster below. */
export function aReportedApp(
  conditions: readonly Condition[] = [aCondition()],
  overrides: Partial<VacationApp> = {},
): VacationApp {
  const { metadata, spec, status, ...rest } = overrides;
  const app = aVacationApp({
    // The client's types say Date; what the API server sends is text.
    metadata: { creationTimestamp: MADE as unknown as Date, ...metadata },
    spec: { ...spec },
  });
  return {
    ...app,
    ...rest,
    status: {
      observedGeneration: 1,
      conditions: [...conditions],
      url: 'http://milky-way-web.travel.svc',
      image: 'webapp:1',
      schemaVersion: '7',
      web: { desired: 2, ready: 2, updated: 2, summary: '2/2' },
      ...status,
    },
  };
}

/** A child as the API server has it. */
export const aChild = (kind: string, name: string, component: string, body: object = {}): object => ({
  apiVersion: 'v1',
  kind,
  metadata: {
    name: `milky-way-${name}`,
    namespace: 'travel',
    labels: labels(aVacationApp(), component),
    ownerReferences: OWNER,
    creationTimestamp: MADE,
  },
  ...body,
});

/** A pod as the API server has it: it runs, unless its status says otherwise. */
export function aLivePod(
  name: string,
  component: string,
  { status, spec }: { status?: object; spec?: object } = {},
): object {
  const container = component === 'mysql' ? 'mysql' : 'web';
  const { metadata } = aChild('Pod', name, component) as { metadata: object };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, ownerReferences: undefined },
    spec: {
      nodeName: 'node-1',
      containers: [{ name: container, image: `${container}:1`, ports: [{ name: 'http', containerPort: 5000 }] }],
      ...spec,
    },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [
        { name: container, image: `${container}:1`, ready: true, restartCount: 0, state: { running: {} } },
      ],
      ...status,
    },
  };
}

/** A cluster with an app that serves, or with the one that is given. */
export function aServingCluster(app: VacationApp = aReportedApp()): FakeCluster {
  const replicas = { spec: { replicas: 2 }, status: { readyReplicas: 2, updatedReplicas: 2 } };
  return new FakeCluster().add(
    app,
    aChild('Secret', 'credentials', 'credentials', { data: { db_uri: 'bXlzcWw=' } }),
    aChild('StatefulSet', 'mysql', 'mysql', {
      spec: { replicas: 1 },
      status: { readyReplicas: 1, updatedReplicas: 1 },
    }),
    aChild('Deployment', 'web', 'web', replicas),
    aChild('Service', 'web', 'web', { spec: { type: 'ClusterIP', clusterIP: '10.0.0.7', ports: [{ port: 80 }] } }),
    aLivePod('web-5d4f8b7c9d-abcde', 'web'),
    aLivePod('web-5d4f8b7c9d-fghij', 'web'),
    aLivePod('mysql-0', 'mysql'),
  );
}

/** An event as the API server has it. */
export const anEvent = (kind: string, name: string, overrides: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: `${name}.${Math.random()}`, namespace: 'travel', uid: `${name}.${Math.random()}` },
  involvedObject: { kind, name, namespace: 'travel' },
  type: 'Normal',
  reason: 'Ready',
  message: 'The app serves',
  count: 1,
  lastTimestamp: '2032-01-01T11:55:00Z',
  source: { component: 'vacation-operator' },
  ...overrides,
});
