import type { V1Job, V1Pod } from '@kubernetes/client-node';
import type { VacationApp } from '../../api/vacation-app.ts';
import type { Stores } from '../../runtime/cache/store.ts';
import { keyOf, type Kind, type KubeObject } from '../../runtime/client/kinds.ts';
import { CHILD_KINDS } from '../../vacation-app/children/children.ts';
import {
  AUTOSCALER,
  CONFIG_MAP,
  DEPLOYMENT,
  DISRUPTION_BUDGET,
  HTTP_ROUTE,
  INGRESS,
  JOB,
  NETWORK_POLICY,
  POD,
  SECRET,
  SERVICE,
  SERVICE_ACCOUNT,
  STATEFUL_SET,
  VOLUME_CLAIM,
} from '../../vacation-app/kinds.ts';
import { LABEL } from '../../vacation-app/names.ts';
import type { Plan } from '../../vacation-app/plan.ts';
import { podsOfJob } from '../../vacation-app/tasks/jobs.ts';
import { waitsOf } from '../../vacation-app/children/steps.ts';
import { stateOf, type ChildState } from './child-state.ts';
import { podState } from './pods.ts';

export interface ChildNode {
  readonly kind: string;
  readonly name: string;
  readonly state: ChildState;
  readonly children: readonly ChildNode[];
}

/** The children of one component. */
export interface Component {
  readonly title: string;
  readonly children: readonly ChildNode[];
}

const TITLES: Readonly<Record<string, string>> = {
  credentials: 'Credentials',
  mysql: 'Database',
  check: 'Check of the database',
  migration: 'Migration',
  web: 'Web',
};

/** In the order in which people look at them. */
const KINDS: readonly Kind[] = [
  SECRET,
  STATEFUL_SET,
  VOLUME_CLAIM,
  DEPLOYMENT,
  JOB,
  AUTOSCALER,
  DISRUPTION_BUDGET,
  SERVICE,
  INGRESS,
  HTTP_ROUTE,
  CONFIG_MAP,
  SERVICE_ACCOUNT,
  NETWORK_POLICY,
];

/** The live objects of an app, of every kind, from the caches. */
export function liveChildren(app: VacationApp, stores: Stores): KubeObject[] {
  const kinds = new Set([...KINDS, ...CHILD_KINDS]);
  return [...kinds].flatMap((kind) => stores.get(kind.kind)?.inGroup(keyOf(app)) ?? []);
}

/** The children as a tree: those that are there, and those that are wanted and not there yet. Pods hang below what makes them. */
export function childTree(
  app: VacationApp,
  live: readonly KubeObject[],
  pods: readonly V1Pod[],
  plan: Plan | undefined,
): Component[] {
  const nodes = [...live.map((object) => nodeOf(app, object, pods)), ...missingNodes(live, plan)].sort(inOrder);
  const components = [...new Set([...Object.keys(TITLES), ...nodes.map(({ component }) => component)])];
  return components
    .map((component) => ({
      title: TITLES[component] ?? component,
      children: nodes.filter((node) => node.component === component),
    }))
    .filter(({ children }) => children.length > 0);
}

interface Placed extends ChildNode {
  readonly component: string;
}

function nodeOf(app: VacationApp, object: KubeObject, pods: readonly V1Pod[]): Placed {
  const { kind = '', metadata } = object;
  return {
    kind,
    name: metadata.name,
    component: componentOf(object),
    state: foreignState(app, object) ?? stateOf(object),
    children: podsBelow(object, pods).map((pod) => ({
      kind: POD.kind,
      name: pod.metadata?.name ?? '',
      state: podState(pod),
      children: [],
    })),
  };
}

const componentOf = ({ metadata }: KubeObject): string => metadata.labels?.[LABEL.component] ?? 'other';

/** An object with the app's label may belong to somebody else. Then its state is none of the app's. */
function foreignState(app: VacationApp, { metadata }: KubeObject): ChildState | undefined {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller);
  if (owner === undefined || owner.uid === app.metadata.uid) return undefined;
  return { text: `belongs to ${owner.kind} ${owner.name}`, tone: 'bad' };
}

function podsBelow(object: KubeObject, pods: readonly V1Pod[]): readonly V1Pod[] {
  if (object.kind === JOB.kind) return podsOfJob({ pods }, (object as V1Job).metadata?.name);
  if (object.kind !== DEPLOYMENT.kind && object.kind !== STATEFUL_SET.kind) return [];
  const component = componentOf(object);
  return pods.filter(({ metadata }) => metadata?.labels?.[LABEL.component] === component);
}

function missingNodes(live: readonly KubeObject[], plan: Plan | undefined): Placed[] {
  if (!plan) return [];
  const waits = waitsOf(plan);
  const isLive = (kind: string, name: string): boolean =>
    live.some((object) => object.kind === kind && object.metadata.name === name);
  return plan.desired
    .filter(({ kind, object }) => kind !== JOB && !isLive(kind.kind, object.metadata.name))
    .map(({ kind, step, object }) => ({
      kind: kind.kind,
      name: object.metadata.name,
      component: componentOf(object),
      state: { text: waits[step] === undefined ? 'not made yet' : `waits for ${waits[step]}`, tone: 'busy' },
      children: [],
    }));
}

function inOrder(one: Placed, other: Placed): number {
  const rank = ({ kind }: Placed): number => KINDS.findIndex((known) => known.kind === kind);
  return rank(one) - rank(other) || (one.name < other.name ? -1 : 1);
}
