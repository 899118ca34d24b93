import type { V1Pod } from '@kubernetes/client-node';
import { withDefaults } from '../../api/defaults.ts';
import { isPaused } from '../../api/paused.ts';
import { shapeFault } from '../../api/shape.ts';
import type { Correction, VacationApp } from '../../api/vacation-app.ts';
import type { Store, Stores } from '../../runtime/cache/store.ts';
import { keyOf, type Kind, type KubeObject } from '../../runtime/client/kinds.ts';
import type { OperatorDefaults } from '../../vacation-app/facts.ts';
import { userSecretNames } from '../../vacation-app/credentials/user-secrets.ts';
import { FOLLOWED_SECRET, POD } from '../../vacation-app/kinds.ts';
import { observe } from '../../vacation-app/observe.ts';
import { planOf, type Plan } from '../../vacation-app/plan.ts';
import { NO_REFUSALS } from '../../vacation-app/refusals.ts';
import type { Size } from './autoscaler-sizes.ts';
import { childTree, liveChildren, type Component } from './children.ts';
import { conditionGroups, type ConditionGroup } from './condition-groups.ts';
import { credentialAges, type CredentialAge } from './credential-ages.ts';
import { differenceRows, type DifferenceRow } from './differences.ts';
import { causeOf, healthOf, TONES, type Health, type Tone } from './health.ts';
import { webLink } from './links.ts';
import { containerRows, type ContainerRow } from './pods.ts';
import { sizePlot, type SizePlot } from './size-plot.ts';
import { shownTime, type ShownTime } from './times.ts';

export interface AppPage {
  readonly namespace: string;
  readonly name: string;
  readonly health: Health;
  readonly tone: Tone;
  readonly isPaused: boolean;
  readonly cause: { readonly reason: string; readonly message: string };
  readonly created: ShownTime | undefined;
  readonly url: string | undefined;
  readonly facts: readonly { readonly title: string; readonly value: string }[];
  readonly conditions: readonly ConditionGroup[];
  readonly components: readonly Component[];
  readonly containers: readonly ContainerRow[];
  readonly plot: SizePlot | undefined;
  readonly sizes: readonly (Omit<Size, 'at'> & { readonly at: ShownTime | undefined })[];
  readonly drift: readonly (Correction & { readonly at: ShownTime | undefined })[];
  readonly credentials: readonly CredentialAge[];
  /** Undefined where the operator cannot read the spec, so that nothing is known to be wanted. */
  readonly differences: readonly DifferenceRow[] | undefined;
}

export interface AppPageSources {
  readonly stores: Stores;
  readonly defaults: OperatorDefaults;
  readonly sizes: readonly Size[];
  readonly now: Date;
}

/** The page of one app, from the caches alone. */
export function appPage(app: VacationApp, { stores, defaults, sizes, now }: AppPageSources): AppPage {
  const { namespace = '', name, creationTimestamp } = app.metadata;
  const health = healthOf(app);
  const cause = causeOf(app);
  const pods = (stores.get(POD.kind)?.inGroup(keyOf(app)) ?? []) as V1Pod[];
  const live = liveChildren(app, stores);
  const isReadable = shapeFault(app) === undefined;
  const plan = isReadable ? planned(app, stores, defaults, now) : undefined;
  return {
    namespace,
    name,
    health,
    tone: TONES[health],
    isPaused: isPaused(app),
    cause: { reason: cause?.reason ?? '', message: cause?.message ?? 'The operator has not reported on this app yet' },
    created: shownTime(creationTimestamp, now),
    url: webLink(app.status?.url),
    facts: factsShown(app),
    conditions: conditionGroups(app, now),
    components: childTree(app, live, pods, plan),
    containers: containerRows(pods, now),
    plot: sizePlot(sizes, now),
    sizes: sizes.map((size) => ({ ...size, at: shownTime(size.at, now) })).reverse(),
    drift: (app.status?.drift ?? []).map((correction) => ({ ...correction, at: shownTime(correction.time, now) })),
    credentials: isReadable ? credentialAges(app, stores, now) : [],
    differences: plan && differenceRows(plan, live),
  };
}

/** The plan as a reconcile would compute it, without the requests that a reconcile makes. */
function planned(app: VacationApp, stores: Stores, defaults: OperatorDefaults, now: Date): Plan {
  const complete = withDefaults(app);
  const { namespace = '' } = app.metadata;
  const followed = userSecretNames(app).flatMap((name) => {
    const secret = stores.get(FOLLOWED_SECRET.kind)?.get(namespace, name) as
      { data?: Record<string, string> } | undefined;
    return secret ? [[name, { data: secret.data ?? {}, isFollowed: true }] as const] : [];
  });
  const cluster = { store: (kind: Kind) => storeOf(stores, kind) };
  const observed = observe(complete, cluster, { userSecrets: new Map(followed), refusals: NO_REFUSALS });
  const plan = planOf(complete, observed, defaults, now);
  return { ...plan, desired: plan.desired.filter(({ kind }) => storeOf(stores, kind).isServed) };
}

function storeOf(stores: Stores, kind: Kind): Store<KubeObject> {
  const store = stores.get(kind.kind);
  if (!store) throw new Error(`Nothing watches ${kind.kind}`);
  return store;
}

function factsShown({ status }: VacationApp): { title: string; value: string }[] {
  const { web, autoscaling, database } = status ?? {};
  const facts: readonly (readonly [title: string, value: string | undefined])[] = [
    ['Web pods', web && `${web.ready} of ${web.desired} ready`],
    ['Autoscaler', autoscaling && `${autoscaling.minReplicas} to ${autoscaling.maxReplicas}`],
    ['Image', status?.image],
    ['Database', database?.version && `MySQL ${database.version}`],
    ['Endpoint', database?.endpoint],
    ['Storage', database?.storage],
    ['Schema', status?.schemaVersion],
    ['When deleted', database?.deletionPolicy],
  ];
  return facts.flatMap(([title, value]) => (value === undefined || value === '' ? [] : [{ title, value }]));
}
