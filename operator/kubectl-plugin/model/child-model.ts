import type {
  V1Deployment,
  V1Ingress,
  V1Job,
  V1PersistentVolumeClaim,
  V1PodDisruptionBudget,
  V1Service,
  V1StatefulSet,
  V2HorizontalPodAutoscaler,
} from '@kubernetes/client-node';
import type { VacationApp } from '../../api/vacation-app.ts';
import type { KubeObject } from '../../runtime/client/kinds.ts';
import { FIELD_MANAGER, LABEL } from '../../vacation-app/names.ts';
import type { Mark } from '../text/mark.ts';
import type { PodModel } from './pod-model.ts';

export interface ChildModel {
  readonly kind: string;
  readonly name: string;
  readonly component: string;
  readonly state: string;
  readonly mark: Mark;
  readonly created?: string;
  readonly pods?: readonly PodModel[];
}

interface State {
  readonly state: string;
  readonly mark: Mark;
}

const there: State = { state: '', mark: 'quiet' };

/** What is told of each kind. A kind that is not here is only named. */
const STATES: Readonly<Record<string, (object: never) => State>> = {
  Deployment: ({ spec, status }: V1Deployment) =>
    workload(spec?.replicas ?? 1, status?.readyReplicas ?? 0, status?.updatedReplicas ?? 0),
  StatefulSet: ({ spec, status }: V1StatefulSet) =>
    workload(spec?.replicas ?? 1, status?.readyReplicas ?? 0, status?.updatedReplicas ?? 0),
  Job: ({ status, spec }: V1Job) => {
    const ended = status?.conditions?.find(({ type, status }) => /^(Complete|Failed)$/.test(type) && status === 'True');
    if (ended) return { state: ended.type, mark: ended.type === 'Failed' ? 'bad' : 'quiet' };
    if (spec?.suspend === true) return { state: 'Suspended', mark: 'busy' };
    const { active = 0, failed = 0 } = status ?? {};
    const attempts = failed === 0 ? '' : `, ${failed} failed`;
    return { state: `${active > 0 ? 'Running' : 'No pod'}${attempts}`, mark: 'busy' };
  },
  PersistentVolumeClaim: ({ metadata, spec, status }: V1PersistentVolumeClaim) => {
    const phase = metadata?.deletionTimestamp === undefined ? (status?.phase ?? 'Pending') : 'Terminating';
    const size = status?.capacity?.storage ?? spec?.resources?.requests?.storage ?? '';
    const mark = phase === 'Bound' ? 'good' : phase === 'Pending' ? 'busy' : 'bad';
    return { state: [phase, size, spec?.storageClassName].filter(Boolean).join(', '), mark };
  },
  HorizontalPodAutoscaler: ({ spec, status }: V2HorizontalPodAutoscaler) => {
    const active = status?.conditions?.find(({ type }) => type === 'ScalingActive');
    const [metric] = status?.currentMetrics ?? [];
    const [target] = spec.metrics ?? [];
    const percent = (value: number | undefined): string => (value === undefined ? '?' : `${value} %`);
    const current = (metric?.containerResource ?? metric?.resource)?.current.averageUtilization;
    const aim = (target?.containerResource ?? target?.resource)?.target.averageUtilization;
    const cpu = `CPU ${percent(current)} of ${percent(aim)}`;
    const sizes = `${status?.desiredReplicas ?? 0} pods (${spec.minReplicas ?? 1} to ${spec.maxReplicas})`;
    return { state: `${sizes}, ${cpu}`, mark: active?.status === 'True' ? 'good' : 'busy' };
  },
  PodDisruptionBudget: ({ status }: V1PodDisruptionBudget) => ({
    state: `${status?.disruptionsAllowed ?? 0} may be evicted`,
    mark: 'quiet',
  }),
  Service: ({ spec }: V1Service) => {
    const ports = spec?.ports?.map(({ port, nodePort }) =>
      nodePort === undefined ? `${port}` : `${port}:${nodePort}`,
    );
    return { state: [spec?.type, spec?.clusterIP, ports?.join(',')].filter(Boolean).join(' '), mark: 'quiet' };
  },
  Ingress: ({ spec, status }: V1Ingress) => {
    const [address] = status?.loadBalancer?.ingress ?? [];
    const host = spec?.rules?.[0]?.host ?? '*';
    const at = address?.ip ?? address?.hostname;
    return {
      state: at === undefined ? `${host}, no address yet` : `${host} at ${at}`,
      mark: at === undefined ? 'busy' : 'good',
    };
  },
};

function workload(wanted: number, ready: number, updated: number): State {
  const state = `${ready}/${wanted} ready${updated < wanted ? `, ${updated} updated` : ''}`;
  if (wanted === 0) return { state, mark: 'quiet' };
  return { state, mark: ready >= wanted && updated >= wanted ? 'good' : 'busy' };
}

/** `pods`: those of the app. The child has those of its own component, a Job those that it made. */
export function childModel(
  app: VacationApp,
  object: KubeObject,
  pods: readonly (PodModel & { job?: string })[],
): ChildModel {
  const { kind = '', metadata } = object;
  const foreign = foreignWords(app, object);
  const { state, mark } =
    foreign === undefined ? (STATES[kind]?.(object as never) ?? there) : { state: foreign, mark: 'bad' as const };
  const own = podsOf(object, pods);
  return {
    kind,
    name: metadata.name,
    component: metadata.labels?.[LABEL.component] ?? '',
    state,
    mark,
    ...(metadata.creationTimestamp === undefined ? {} : { created: String(metadata.creationTimestamp) }),
    ...(own.length === 0 ? {} : { pods: own }),
  };
}

function podsOf({ kind, metadata }: KubeObject, pods: readonly (PodModel & { job?: string })[]): PodModel[] {
  const component = metadata.labels?.[LABEL.component];
  if (kind === 'Job') return pods.filter(({ job }) => job === metadata.name);
  if (kind !== 'Deployment' && kind !== 'StatefulSet') return [];
  return pods.filter((pod) => pod.job === undefined && pod.component === component);
}

/** Kinds of children that the app may have without being their owner: credentials and volume outlive it. */
const UNOWNED: ReadonlySet<string> = new Set(['Secret', 'PersistentVolumeClaim']);

/** That an object among the children, by its name or label, is not the app's, and whose it is; undefined for one of the app's. */
export function foreignWords({ metadata: app }: VacationApp, { kind = '', metadata }: KubeObject): string | undefined {
  const controller = metadata.ownerReferences?.find((owner) => owner.controller === true);
  if (controller?.uid === app.uid) return undefined;
  if (controller) {
    const isEarlier = controller.kind === 'VacationApp' && controller.name === app.name;
    return `not the app's: it belongs to ${isEarlier ? 'an earlier ' : ''}${controller.kind} ${controller.name}`;
  }
  const { [LABEL.app]: labelled, [LABEL.managedBy]: manager } = metadata.labels ?? {};
  const hasLabels = labelled === app.name && manager === FIELD_MANAGER;
  if (hasLabels) return UNOWNED.has(kind) ? undefined : "not the app's: it has the labels of the app, but no owner";
  return `not the app's: it belongs to ${manager ?? 'somebody else (no owner, and not the labels of the app)'}`;
}
