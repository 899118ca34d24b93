import type { CompleteApp } from '../api/defaults.ts';
import type { Cluster } from '../runtime/cluster.ts';
import type { Kind, KubeObject } from '../runtime/kinds.ts';
import { SECRET, VOLUME_CLAIM } from './kinds.ts';
import { FIELD_MANAGER, HANDOVER_MANAGER } from './names.ts';
import { assertOwned, owned } from './ownership.ts';
import type { Desired } from './resources/index.ts';

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
    assertOurs: (live) => assertOwned(kind, live, app, kind === SECRET || kind === VOLUME_CLAIM),
    owner: app,
    ours: [FIELD_MANAGER, HANDOVER_MANAGER],
    isNew: app.status?.observedGeneration !== app.metadata.generation,
    signal,
  });
}
