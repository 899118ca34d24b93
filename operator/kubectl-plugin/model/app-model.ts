import { isPaused } from '../../api/paused.ts';
import { CONDITION, type Correction, type VacationApp } from '../../api/vacation-app.ts';
import { LABEL } from '../../vacation-app/names.ts';
import type { Mark } from '../text/mark.ts';
import { childModel, type ChildModel } from './child-model.ts';
import { conditionModel, healthOf, type ConditionModel, type Health } from './condition-model.ts';
import { podModel, type PodModel } from './pod-model.ts';
import type { World } from './world.ts';

/** What is told of an app in a list. */
export interface AppSummary {
  readonly namespace: string;
  readonly name: string;
  readonly health: Health;
  readonly mark: Mark;
  readonly reason: string;
  readonly message: string;
  readonly isPaused: boolean;
  /** Whether the operator has answered the current spec. */
  readonly isObserved: boolean;
  readonly web: string;
  readonly database: string;
  readonly url: string;
  readonly image: string;
  readonly schemaVersion: string;
  readonly created?: string;
}

export interface AppModel extends AppSummary {
  readonly conditions: readonly ConditionModel[];
  readonly children: readonly ChildModel[];
  /** Pods that belong to no child that is there. */
  readonly otherPods: readonly PodModel[];
  readonly drift: readonly Correction[];
  readonly refusals: readonly { readonly kind: string; readonly words: string }[];
}

export function appSummary({ metadata, spec, status }: VacationApp): AppSummary {
  const conditions = status?.conditions ?? [];
  const ready = conditions.find(({ type }) => type === 'Ready');
  const database = conditions.find(({ type }) => type === 'DatabaseReady');
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    ...healthOf(conditions),
    reason: ready?.reason ?? '',
    message:
      ready?.message ?? 'The operator has not reported on this app: does it run, and does it watch this namespace?',
    isPaused: isPaused({ metadata }),
    isObserved: (status?.observedGeneration ?? -1) >= (metadata.generation ?? 0),
    web: status?.web?.summary ?? '',
    database: database?.status ?? '',
    url: status?.url ?? '',
    image: status?.image ?? spec.image ?? '',
    schemaVersion: status?.schemaVersion ?? '',
    ...(metadata.creationTimestamp === undefined ? {} : { created: String(metadata.creationTimestamp) }),
  };
}

export function appModel({ app, children, pods, refusals }: World): AppModel {
  const jobOf = (pod: World['pods'][number]): { job?: string } => {
    const job = pod.metadata?.ownerReferences?.find(({ kind }) => kind === 'Job')?.name;
    return job === undefined ? {} : { job };
  };
  const podModels = pods.map((pod) => ({
    ...podModel(pod, pod.metadata?.labels?.[LABEL.component] ?? ''),
    ...jobOf(pod),
  }));
  const models = children.map((child) => childModel(app, child, podModels));
  const shown = new Set(models.flatMap((model) => model.pods ?? []).map(({ name }) => name));
  const { generation } = app.metadata;
  const conditions = app.status?.conditions ?? [];
  const stalled = conditions.find(({ type, status }) => type === CONDITION.stalled && status === 'True');
  return {
    ...appSummary(app),
    conditions: conditions.map((condition) => conditionModel(condition, generation, stalled)),
    children: models,
    otherPods: podModels.filter(({ name }) => !shown.has(name)),
    drift: app.status?.drift ?? [],
    refusals: refusals.map(({ kind, words }) => ({ kind: kind.kind, words })),
  };
}
