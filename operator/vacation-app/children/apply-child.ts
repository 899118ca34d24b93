import type { CompleteApp } from '../../api/defaults.ts';
import { VACATION_APP } from '../../api/vacation-app.ts';
import { ApiError } from '../../runtime/client/api-error.ts';
import type { Cluster } from '../../runtime/apply/cluster.ts';
import type { Kind, KubeObject } from '../../runtime/client/kinds.ts';
import { FIELD_MANAGER, HANDOVER_MANAGER } from '../names.ts';
import { assertOwned, isOwnedBy, owned } from './ownership.ts';
import type { Desired } from './child.ts';

/** Makes a child so, with the app for its owner. */
export const applyChild = (
  app: CompleteApp,
  { kind, object }: Pick<Desired, 'kind' | 'object'>,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<void> => applyObject(app, kind, owned(object, app), cluster, signal);

/** The same, with the owner that the object itself names, or none. */
export async function applyObject(
  app: CompleteApp,
  kind: Kind,
  desired: KubeObject,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<void> {
  await cluster.apply(kind, desired, {
    manager: FIELD_MANAGER,
    assertOurs: (live) => assertOwned(kind, live, app),
    owner: app,
    ours: [FIELD_MANAGER, HANDOVER_MANAGER],
    isNew: app.status?.observedGeneration !== app.metadata.generation,
    signal,
  });
}

/**
 * The same for what holds data. The API server is asked before something that is there goes with the app from now on: a watch that lags
 * may still tell of an app that is gone, or was told to keep its data since, and the garbage collector takes what has a dead owner.
 */
export async function applyDataHolder(
  app: CompleteApp,
  kind: Kind,
  live: KubeObject,
  desired: KubeObject,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<void> {
  if (isOwnedBy(desired, app) && !isOwnedBy(live, app)) await assertCurrent(app, cluster);
  await applyObject(app, kind, desired, cluster, signal);
}

async function assertCurrent({ metadata }: CompleteApp, cluster: Cluster): Promise<void> {
  const { namespace = '', name, uid, generation } = metadata;
  const current = await cluster.read(VACATION_APP, namespace, name);
  if (current?.metadata.uid === uid && current?.metadata.generation === generation) return;
  const message = `VacationApp ${namespace}/${name} has changed or is gone, which its watch has not told yet`;
  throw new ApiError(409, 'Conflict', message);
}
