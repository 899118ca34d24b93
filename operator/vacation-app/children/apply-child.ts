import type { CompleteApp } from '../../api/defaults.ts';
import { VACATION_APP } from '../../api/vacation-app.ts';
import { ApiError } from '../../runtime/client/api-error.ts';
import type { Cluster } from '../../runtime/apply/cluster.ts';
import type { Kind, KubeObject } from '../../runtime/client/kinds.ts';
import { FIELD_MANAGER, HANDOVER_MANAGER } from '../names.ts';
import { assertOwned, isOwnedBy, owned } from './ownership.ts';
import type { Desired } from './child.ts';

/** Applies a child, with the app as its owner. */
export const applyChild = (
  app: CompleteApp,
  { kind, object }: Pick<Desired, 'kind' | 'object'>,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<void> => applyObject(app, kind, owned(object, app), cluster, signal);

/** Applies an object of the app without changing its owner references. */
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
 * Applies an object that holds data. Before it gives an existing object the app as its owner, it reads the app from the API server. The cache
 * may be stale: the app may be deleted, or its `deletionPolicy` changed. The garbage collector deletes objects whose owner is gone.
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
  const message = `VacationApp ${namespace}/${name} has changed or is gone, and the cache is not up to date yet`;
  throw new ApiError(409, 'Conflict', message);
}
