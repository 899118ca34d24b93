import { shapeFault } from '../api/shape.ts';
import { ANNOTATION, VACATION_APP, type VacationApp } from '../api/vacation-app.ts';
import type { ApiClient } from '../runtime/client/api-client.ts';
import { keyOf, type Kind, type KubeObject } from '../runtime/client/kinds.ts';
import { OptionalReflector, type Watcher } from '../runtime/cache/optional-reflector.ts';
import { Reflector, type ReflectorOptions } from '../runtime/cache/reflector.ts';
import { Store } from '../runtime/cache/store.ts';
import type { Priority } from '../runtime/queue/work-queue.ts';
import { FOLLOWED_SECRET, HTTP_ROUTE, POD, SECRET, VOLUME_CLAIM } from './kinds.ts';
import { createCachedFields } from './cached-fields.ts';
import { LABEL } from './names.ts';
import { userSecretNames } from './credentials/user-secrets.ts';
import { CHILD_KINDS } from './children/children.ts';

interface Watch {
  readonly kind: Kind;
  /** Only what carries the label: the operator never caches what is neither a child nor meant for it. */
  readonly labelSelector?: string;
  /** Of a kind that the cluster may lack: who would have one. */
  readonly wantedBy?: (app: VacationApp) => boolean;
}

/**
 * What is watched. An event of the app means the app's own key; one of a child the key of the app that its label names; one of a Secret of
 * the user's own the keys of the apps that name it.
 */
const WATCHES: readonly Watch[] = [
  { kind: VACATION_APP },
  { kind: FOLLOWED_SECRET, labelSelector: LABEL.watch },
  ...[SECRET, ...CHILD_KINDS, VOLUME_CLAIM, POD].map((kind) => ({
    kind,
    labelSelector: LABEL.app,
    ...(kind === HTTP_ROUTE ? { wantedBy: ({ spec }: VacationApp) => spec.gateway !== undefined } : {}),
  })),
];

export interface Watching {
  readonly stores: ReadonlyMap<string, Store<KubeObject>>;
  readonly reflectors: readonly Watcher[];
}

export interface WatchingOptions {
  /** Empty: every namespace. */
  readonly namespaces: readonly string[];
  readonly onKey: (key: string, priority: Priority) => void;
  readonly onError: (kind: Kind, error: unknown) => void;
  readonly reflector?: Partial<ReflectorOptions>;
}

/** The caches, and what keeps them; nothing runs yet. */
export function createWatching(client: ApiClient, options: WatchingOptions): Watching {
  const { namespaces, onKey, onError } = options;
  const cachedFields = createCachedFields();
  const stores = new Map<string, Store<KubeObject>>();
  const apps = (): VacationApp[] => (stores.get(VACATION_APP.kind)?.list() ?? []) as VacationApp[];
  const appKeysOf = (kind: Kind, object: KubeObject): string[] =>
    kind === FOLLOWED_SECRET ? usersOf(object, apps()) : [appKeyOf(object) ?? []].flat();
  const reflectors = WATCHES.flatMap(({ kind, labelSelector, wantedBy }) => {
    const store = new Store<KubeObject>({
      onHandlerError: (error) => onError(kind, error),
      transform: cachedFields(kind),
      ...(kind === FOLLOWED_SECRET ? {} : { groupOf: appKeyOf }),
    });
    store.onChange(({ before, after, isOwn }) => {
      // A reconcile looks at what it has written before it ends.
      if (isOwn) return;
      for (const object of [before, after]) {
        const priority = kind === VACATION_APP && after ? priorityOf(after as VacationApp) : 'normal';
        if (object) for (const key of appKeysOf(kind, object)) onKey(key, priority);
      }
    });
    stores.set(kind.kind, store);
    const scopes = namespaces.length === 0 ? [''] : namespaces;
    const wanting = (): VacationApp[] => apps().filter((app) => hasShape(app) && wantedBy?.(app));
    return scopes.map((namespace): Watcher => {
      const reflecting = {
        ...options.reflector,
        kind,
        namespace,
        ...(labelSelector === undefined ? {} : { labelSelector }),
        onError: (error: unknown) => onError(kind, error),
      };
      if (wantedBy === undefined) return new Reflector(client, store, reflecting);
      return new OptionalReflector(client, store, {
        ...reflecting,
        isWanted: () => wanting().length > 0,
        onServed: () => {
          for (const app of wanting()) onKey(keyOf(app), 'normal');
        },
      });
    });
  });
  return { stores, reflectors };
}

/** What somebody has declared and nobody has answered yet comes before what follows from earlier answers: a hundred new apps do not wait for one another to be done. */
export function priorityOf({ metadata, status }: VacationApp): Priority {
  const { observedGeneration = -1 } = status ?? {};
  // The status of a paused app stays behind what is declared, and nobody waits for an answer.
  const isPaused = metadata.annotations?.[ANNOTATION.paused] === 'true' && observedGeneration >= 0;
  return isPaused || observedGeneration === metadata.generation ? 'normal' : 'high';
}

/** The keys of the apps that name the Secret. */
const usersOf = ({ metadata }: KubeObject, apps: readonly VacationApp[]): string[] =>
  apps
    .filter((app) => app.metadata.namespace === metadata.namespace && hasShape(app))
    .filter((app) => userSecretNames(app).includes(metadata.name))
    .map(keyOf);

const hasShape = (app: VacationApp): boolean => shapeFault(app) === undefined;

/** The key of the app that an object is or belongs to. */
function appKeyOf(object: KubeObject): string | undefined {
  if (object.kind === VACATION_APP.kind) return keyOf(object);
  const app = object.metadata.labels?.[LABEL.app];
  return app === undefined ? undefined : `${object.metadata.namespace ?? ''}/${app}`;
}
