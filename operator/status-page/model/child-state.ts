import type {
  V1ConfigMap,
  V1Deployment,
  V1Ingress,
  V1Job,
  V1PersistentVolumeClaim,
  V1PodDisruptionBudget,
  V1Secret,
  V1Service,
  V1StatefulSet,
  V2HorizontalPodAutoscaler,
} from '@kubernetes/client-node';
import type { KubeObject } from '../../runtime/client/kinds.ts';
import { isSuspended, jobCondition } from '../../vacation-app/tasks/jobs.ts';
import type { HttpRoute } from '../../vacation-app/web/web-http-route.ts';
import type { Tone } from './health.ts';

export interface ChildState {
  readonly text: string;
  readonly tone: Tone;
}

type Describe = (object: never) => ChildState;

const good = (text: string): ChildState => ({ text, tone: 'good' });
const quiet = (text: string): ChildState => ({ text, tone: 'quiet' });
const busy = (text: string): ChildState => ({ text, tone: 'busy' });
const bad = (text: string): ChildState => ({ text, tone: 'bad' });

/** By kind: how it stands, in a few words. Only names and sizes: never the content of a Secret or of a ConfigMap. */
const DESCRIPTIONS: Readonly<Record<string, Describe>> = {
  Secret: ({ data = {} }: V1Secret) => good(plural(Object.keys(data).length, 'key')),
  ConfigMap: ({ data = {} }: V1ConfigMap) => good(`${plural(Object.keys(data).length, 'key')}, ${sizeOf(data)} bytes`),
  Deployment: ({ spec, status }: V1Deployment) => replicas(spec?.replicas ?? 0, status?.readyReplicas ?? 0),
  StatefulSet: ({ spec, status }: V1StatefulSet) => replicas(spec?.replicas ?? 0, status?.readyReplicas ?? 0),
  PersistentVolumeClaim: ({ status }: V1PersistentVolumeClaim) => {
    const size = status?.capacity?.storage;
    const text = [status?.phase ?? 'Pending', ...(size === undefined ? [] : [size])].join(', ');
    return status?.phase === 'Bound' ? good(text) : status?.phase === 'Lost' ? bad(text) : busy(text);
  },
  Job: (job: V1Job) => {
    if (jobCondition(job, 'Complete')) return good('complete');
    if (jobCondition(job, 'Failed')) return bad('failed');
    return busy(isSuspended(job) ? 'suspended' : 'running');
  },
  HorizontalPodAutoscaler: ({ spec, status }: V2HorizontalPodAutoscaler) => {
    const bounds = `${spec.minReplicas ?? 1} to ${spec.maxReplicas}`;
    return good(`${status?.currentReplicas ?? 0} now, ${status?.desiredReplicas ?? 0} wanted, bounds ${bounds}`);
  },
  PodDisruptionBudget: ({ status }: V1PodDisruptionBudget) =>
    quiet(`${plural(status?.disruptionsAllowed ?? 0, 'disruption')} allowed`),
  Service: ({ spec }: V1Service) => {
    const ports = (spec?.ports ?? []).map(({ port, nodePort }) => (nodePort ? `${port} (node ${nodePort})` : port));
    return good([spec?.type ?? 'ClusterIP', ...ports].join(' '));
  },
  Ingress: ({ spec, status }: V1Ingress) => {
    const hosts = (spec?.rules ?? []).flatMap(({ host }) => host ?? []).join(', ');
    const hasAddress = (status?.loadBalancer?.ingress ?? []).length > 0;
    return hasAddress ? good(hosts) : busy(`${hosts}, no address yet`);
  },
  HTTPRoute: ({ spec }: HttpRoute) => good((spec.hostnames ?? []).join(', ') || 'every host of its Gateways'),
};

/** How a child stands. */
export function stateOf(object: KubeObject): ChildState {
  if (object.metadata.deletionTimestamp !== undefined) return busy('being deleted');
  return DESCRIPTIONS[object.kind ?? '']?.(object as never) ?? good('there');
}

function replicas(desired: number, ready: number): ChildState {
  if (desired === 0) return quiet('scaled to 0');
  return ready >= desired ? good(`${ready} of ${desired} ready`) : busy(`${ready} of ${desired} ready`);
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

const sizeOf = (data: Readonly<Record<string, string>>): number =>
  Object.values(data).reduce((sum, value) => sum + Buffer.byteLength(value), 0);
