import { isPaused } from '../api/paused.ts';
import { shapeFault } from '../api/shape.ts';
import { VACATION_APP, type VacationApp } from '../api/vacation-app.ts';
import type { Stores } from '../runtime/cache/store.ts';
import { keyOf, type KubeObject } from '../runtime/client/kinds.ts';
import type { Controller, Watch } from '../runtime/queue/controller.ts';
import type { Priority } from '../runtime/queue/work-queue.ts';
import { createTransform } from './cache-transform.ts';
import { CHILD_KINDS } from './children/children.ts';
import { randomText } from './credentials/credentials.ts';
import { userSecretNames } from './credentials/user-secrets.ts';
import type { OperatorDefaults } from './facts.ts';
import { FOLLOWED_SECRET, HTTP_ROUTE, POD, SECRET, VOLUME_CLAIM } from './kinds.ts';
import { LABEL } from './names.ts';
import { OPENSHIFT_GROUP, platformOf, type PodIds } from './platform.ts';
import { createReconcile } from './reconcile.ts';

export interface VacationAppControllerOptions extends Pick<OperatorDefaults, 'webappImage' | 'mysqlImage'> {
  readonly podIds: 'Discovered' | PodIds;
  /** The label selector of the apps. Empty, as by default: all. */
  readonly watchSelector?: string;
}

export function vacationAppController(options: VacationAppControllerOptions): Controller {
  const { webappImage, mysqlImage, podIds, watchSelector = '' } = options;
  return {
    name: 'vacationapp',
    kind: VACATION_APP,
    watches: createWatches(watchSelector),
    groups: podIds === 'Discovered' ? [OPENSHIFT_GROUP] : [],
    priorityOf,
    createReconcile: (context) => {
      const platform = platformOf(podIds, context.servedGroups.has(OPENSHIFT_GROUP));
      const defaults = { webappImage, mysqlImage, ...platform };
      return createReconcile({ ...context, defaults, random: randomText });
    },
  };
}

/**
 * The watches, and the keys that each event enqueues. An app enqueues its key. A child enqueues the app in its label. A user's Secret enqueues the
 * apps that refer to it. The label selectors keep all other objects out of the caches. The children of apps that are not selected are in
 * the caches, but no reconcile acts on an app that is not.
 */
function createWatches(selector: string): readonly Watch[] {
  const transform = createTransform();
  const hasShape = createShapeCheck();
  const apps = (stores: Stores): VacationApp[] => (stores.get(VACATION_APP.kind)?.list() ?? []) as VacationApp[];
  const keysOf = (object: KubeObject): string[] => [appKeyOf(object) ?? []].flat();
  return [
    {
      kind: VACATION_APP,
      ...(selector === '' ? {} : { labelSelector: selector }),
      transform: transform(VACATION_APP),
      groupOf: appKeyOf,
      keysOf,
    },
    {
      kind: FOLLOWED_SECRET,
      labelSelector: LABEL.watch,
      transform: transform(FOLLOWED_SECRET),
      keysOf: (secret, stores) => usersOf(secret, apps(stores), hasShape),
    },
    ...[SECRET, ...CHILD_KINDS, VOLUME_CLAIM, POD].map((kind): Watch => {
      const watch = { kind, labelSelector: LABEL.app, transform: transform(kind), groupOf: appKeyOf, keysOf };
      return kind === HTTP_ROUTE
        ? { ...watch, wantedBy: (stores) => usersOfGateways(apps(stores).filter(hasShape)) }
        : watch;
    }),
  ];
}

/** High for an app whose current generation has no status yet, so that new apps and changes do not wait behind rollouts in progress. */
export function priorityOf({ metadata, status }: Pick<VacationApp, 'metadata' | 'status'>): Priority {
  const { observedGeneration = -1 } = status ?? {};
  // The status of a paused app keeps its old generation, so it would always have high priority.
  const isHeld = isPaused({ metadata }) && observedGeneration >= 0;
  return isHeld || observedGeneration === metadata.generation ? 'normal' : 'high';
}

/** The keys of the apps that refer to the Secret. */
const usersOf = (
  { metadata }: KubeObject,
  apps: readonly VacationApp[],
  hasShape: (app: VacationApp) => boolean,
): string[] =>
  apps
    .filter((app) => app.metadata.namespace === metadata.namespace)
    .filter(hasShape)
    .filter((app) => userSecretNames(app).includes(metadata.name))
    .map(keyOf);

const usersOfGateways = (apps: readonly VacationApp[]): string[] =>
  apps.filter(({ spec }) => spec.gateway !== undefined).map(keyOf);

/**
 * A spec with a fault may have any shape, so the watches must not read it. The check runs once for each stored object: at the start, each
 * event of a Secret would otherwise check all apps.
 */
function createShapeCheck(): (app: VacationApp) => boolean {
  const known = new WeakMap<VacationApp, boolean>();
  return (app) => {
    const hasShape = known.get(app) ?? shapeFault(app) === undefined;
    known.set(app, hasShape);
    return hasShape;
  };
}

/** The key of the app, for the app itself and for its children. */
export function appKeyOf(object: KubeObject): string | undefined {
  if (object.kind === VACATION_APP.kind) return keyOf(object);
  const app = object.metadata.labels?.[LABEL.app];
  return app === undefined ? undefined : `${object.metadata.namespace ?? ''}/${app}`;
}
