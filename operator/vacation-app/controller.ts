import { shapeFault } from '../api/shape.ts';
import { ANNOTATION, VACATION_APP, type VacationApp } from '../api/vacation-app.ts';
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
}

export function vacationAppController({ webappImage, mysqlImage, podIds }: VacationAppControllerOptions): Controller {
  return {
    name: 'vacationapp',
    kind: VACATION_APP,
    watches: createWatches(),
    groups: [OPENSHIFT_GROUP],
    priorityOf,
    createReconcile: (context) => {
      const platform = platformOf(podIds, context.servedGroups.has(OPENSHIFT_GROUP));
      const defaults = { webappImage, mysqlImage, ...platform };
      return createReconcile({ ...context, defaults, random: randomText });
    },
  };
}

/**
 * What is watched. An event of the app means the app's own key; one of a child the key of the app that its label names; one of a Secret of
 * the user's own the keys of the apps that name it. The label selectors keep everything else out of the caches.
 */
function createWatches(): readonly Watch[] {
  const transform = createTransform();
  const apps = (stores: Stores): VacationApp[] =>
    ((stores.get(VACATION_APP.kind)?.list() ?? []) as VacationApp[]).filter(hasShape);
  const keysOf = (object: KubeObject): string[] => [appKeyOf(object) ?? []].flat();
  return [
    { kind: VACATION_APP, transform: transform(VACATION_APP), groupOf: appKeyOf, keysOf },
    {
      kind: FOLLOWED_SECRET,
      labelSelector: LABEL.watch,
      transform: transform(FOLLOWED_SECRET),
      keysOf: (secret, stores) => usersOf(secret, apps(stores)),
    },
    ...[SECRET, ...CHILD_KINDS, VOLUME_CLAIM, POD].map((kind): Watch => {
      const watch = { kind, labelSelector: LABEL.app, transform: transform(kind), groupOf: appKeyOf, keysOf };
      return kind === HTTP_ROUTE ? { ...watch, wantedBy: (stores) => usersOfGateways(apps(stores)) } : watch;
    }),
  ];
}

/** What somebody has declared and nobody has answered yet comes before what follows from earlier answers: a hundred new apps do not wait for one another to be done. */
export function priorityOf({ metadata, status }: Pick<VacationApp, 'metadata' | 'status'>): Priority {
  const { observedGeneration = -1 } = status ?? {};
  // The status of a paused app stays behind what is declared, and nobody waits for an answer.
  const isPaused = metadata.annotations?.[ANNOTATION.paused] === 'true' && observedGeneration >= 0;
  return isPaused || observedGeneration === metadata.generation ? 'normal' : 'high';
}

/** The keys of the apps that name the Secret. */
const usersOf = ({ metadata }: KubeObject, apps: readonly VacationApp[]): string[] =>
  apps
    .filter((app) => app.metadata.namespace === metadata.namespace)
    .filter((app) => userSecretNames(app).includes(metadata.name))
    .map(keyOf);

const usersOfGateways = (apps: readonly VacationApp[]): string[] =>
  apps.filter(({ spec }) => spec.gateway !== undefined).map(keyOf);

/** The spec of an app without it may have any shape, so it is not looked into. */
const hasShape = (app: VacationApp): boolean => shapeFault(app) === undefined;

/** The key of the app that an object is or belongs to. */
function appKeyOf(object: KubeObject): string | undefined {
  if (object.kind === VACATION_APP.kind) return keyOf(object);
  const app = object.metadata.labels?.[LABEL.app];
  return app === undefined ? undefined : `${object.metadata.namespace ?? ''}/${app}`;
}
