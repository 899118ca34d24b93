import {
  ANNOTATION,
  VACATION_APP,
  type VacationApp,
  type VacationAppSpec,
} from '../../../operator/api/vacation-app.ts';
import type { ApiRequest } from '../../../operator/runtime/client/api-client.ts';
import { pathOf, type Kind } from '../../../operator/runtime/client/kinds.ts';
import {
  CONFIG_MAP,
  DEPLOYMENT,
  INGRESS,
  SERVICE,
  SECRET,
  SERVICE_ACCOUNT,
  STATEFUL_SET,
  VOLUME_CLAIM,
} from '../../../operator/vacation-app/kinds.ts';
import { LABEL } from '../../../operator/vacation-app/names.ts';
import { TYPO } from './pods.ts';
import type { Random } from './random.ts';
import { patched } from './writes.ts';

export const NAMESPACE = 'travel';
export const APP = 'milky-way';
export const CLAIM = `data-${APP}-mysql-0`;
export const CREDENTIALS = `${APP}-credentials`;
export const DATABASE_POD = `${APP}-mysql-0`;

const SHAPES: readonly VacationAppSpec[] = [
  {},
  { replicas: 3 },
  { autoscaling: { minReplicas: 3, maxReplicas: 6 } },
  { service: { type: 'ClusterIP', port: 8080 }, env: [{ name: 'LOG_LEVEL', value: 'debug' }] },
  { deletionPolicy: 'Delete', booking: { capacityPerDeparture: 7 } },
  { database: { managed: { configuration: { max_connections: '110' } } }, pod: { labels: { team: 'ground' } } },
];

/** What an app may be in the end. Images are named, since a pinned one depends on what was before. */
export const FINAL_SPECS: readonly VacationAppSpec[] = SHAPES.map((spec) => ({
  ...spec,
  image: 'webapp:final',
  database: { managed: { ...spec.database?.managed, image: 'mysql:final' } },
}));

export const declared = (spec: VacationAppSpec, annotations: Record<string, string> = {}): VacationApp => ({
  apiVersion: VACATION_APP.apiVersion,
  kind: VACATION_APP.kind,
  metadata: { name: APP, namespace: NAMESPACE, annotations },
  spec,
});

/** Something that a person, or another program, does once. */
export interface Act {
  readonly name: string;
  /** One at once after the other. */
  readonly requests: readonly ApiRequest[];
}

const CHANGES: readonly object[] = [
  { spec: { replicas: 1 } },
  { spec: { replicas: 5 } },
  { spec: { replicas: null } },
  { spec: { autoscaling: { minReplicas: 4, maxReplicas: 8 } } },
  { spec: { image: 'webapp:2' } },
  { spec: { image: null } },
  { spec: { env: [{ name: 'EMPTY', value: '' }] } },
  { spec: { booking: { capacityPerDeparture: 9 } } },
  { spec: { service: { type: 'NodePort', port: 90 } } },
  { spec: { mode: 'Hibernated' } },
  { spec: { mode: 'Running' } },
  { spec: { networkPolicy: 'Disabled' } },
  { spec: { ingress: { host: 'milky-way.example' } } },
  { spec: { ingress: null, networkPolicy: 'Managed' } },
  { spec: { deletionPolicy: 'Delete' } },
  { spec: { deletionPolicy: 'Delete', replicas: 2 } },
  { spec: { deletionPolicy: 'Retain' } },
  { spec: { database: { managed: { configuration: { max_connections: '100' } } } } },
  // Mistakes, which are corrected in the end.
  { spec: { image: `webapp:${TYPO}` } },
  { spec: { database: { managed: { image: `mysql:${TYPO}` } } } },
  { metadata: { annotations: { [ANNOTATION.paused]: 'true' } } },
  { metadata: { annotations: { [ANNOTATION.paused]: null } } },
];

/** A change of what is declared. */
export const change = (random: Random): Act => declare(random.pick(CHANGES));

export const declare = (part: object): Act => patch('kubectl', VACATION_APP, APP, part);

/** Kinds that change together with who keeps the data. */
export const CHANGED_WITH_DATA: readonly Kind[] = [
  CONFIG_MAP,
  SERVICE,
  STATEFUL_SET,
  DEPLOYMENT,
  INGRESS,
  SECRET,
  VOLUME_CLAIM,
];

/** The data are to outlive the app from now on; children change with it, any of which may be refused. */
export const keepData = (): Act =>
  patch('kubectl', VACATION_APP, APP, {
    spec: {
      deletionPolicy: 'Retain',
      booking: { capacityPerDeparture: 3 },
      service: { port: 8_000 },
      ingress: { host: 'milky-way.example' },
      database: { managed: { configuration: { max_connections: '105' } } },
    },
  });

/** Of fields that are the operator's: what others add beside them is theirs. */
const EDITS: readonly (readonly [Kind, string, object])[] = [
  [SERVICE, `${APP}-web`, { spec: { selector: { other: 'app' } } }],
  [SERVICE, `${APP}-mysql`, { metadata: { labels: { [LABEL.app]: null } } }],
  [CONFIG_MAP, `${APP}-web`, { data: { CAPACITY_PER_DEPARTURE: '0', PORT: null } }],
  [CONFIG_MAP, `${APP}-mysql`, { metadata: { labels: null } }],
  [DEPLOYMENT, `${APP}-web`, { spec: { progressDeadlineSeconds: 5, template: { spec: { securityContext: null } } } }],
  [DEPLOYMENT, `${APP}-web`, { metadata: { labels: { [LABEL.app]: null, [LABEL.managedBy]: 'somebody' } } }],
  [
    SERVICE_ACCOUNT,
    `${APP}-web`,
    { automountServiceAccountToken: null, metadata: { labels: { [LABEL.partOf]: 'other' } } },
  ],
];
const DELETED: readonly (readonly [Kind, string])[] = [
  [SERVICE, `${APP}-web`],
  [CONFIG_MAP, `${APP}-mysql`],
  [DEPLOYMENT, `${APP}-web`],
  [SERVICE_ACCOUNT, `${APP}-web`],
];

/** Somebody lays hands on a child. */
export function sabotage(random: Random): Act {
  if (random.chance(0.6)) return patch('saboteur', ...random.pick(EDITS));
  const [kind, name] = random.pick(DELETED);
  return { name: `delete ${kind.kind} ${name}`, requests: [{ method: 'DELETE', path: pathOf(kind, NAMESPACE, name) }] };
}

export const create = (app: VacationApp): Act => ({
  name: 'create the app',
  requests: [{ method: 'POST', path: pathOf(VACATION_APP, NAMESPACE), body: app }],
});

export const remove = (): Act => removal('delete the app', {});

/** Its children stay, and belong to nobody. */
export const abandon = (): Act => removal('delete the app, not its children', { propagationPolicy: 'Orphan' });

const removal = (name: string, body: object): Act => ({
  name,
  requests: [{ method: 'DELETE', path: pathOf(VACATION_APP, NAMESPACE, APP), body }],
});

/** Nothing of it is to run, whoever has paused it. */
export const hibernate = (): Act =>
  patch('kubectl', VACATION_APP, APP, {
    metadata: { annotations: { [ANNOTATION.paused]: null } },
    spec: { mode: 'Hibernated' },
  });

/** The whole of what is declared in the end, whatever was before. */
export const replace = (app: VacationApp): Act => ({
  name: `declare ${JSON.stringify(app.spec)}`,
  requests: [{ method: 'PUT', path: pathOf(VACATION_APP, NAMESPACE, APP), body: app }],
});

const patch = (manager: string, kind: Kind, name: string, body: object): Act => ({
  name: `${manager}: ${kind.kind} ${name} ${JSON.stringify(body)}`,
  requests: [patched(manager, kind, NAMESPACE, name, body)],
});
