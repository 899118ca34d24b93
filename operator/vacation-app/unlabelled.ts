import type { CompleteApp } from '../api/defaults.ts';
import type { Cluster } from '../runtime/apply/cluster.ts';
import type { Kind, KubeObject } from '../runtime/client/kinds.ts';
import { isOwnedBy } from './children/ownership.ts';
import { DEPLOYMENT, STATEFUL_SET } from './kinds.ts';
import { childName } from './names.ts';
import type { Observed } from './observe.ts';

/** The children whose facts, such as the pinned image, decide whether pods restart. */
export type Unlabelled = Partial<Pick<Observed, 'deployment' | 'statefulSet'>>;

/**
 * Reads the children that have lost the label that the watches select by, so that the caches do not hold them. The plan would lose the facts
 * that they store, and restart pods. It reads only what the app has had before, so a new app costs no read, and neither does a complete one.
 */
export async function readUnlabelled(app: CompleteApp, cached: Observed, cluster: Cluster): Promise<Unlabelled> {
  const read = async (kind: Kind, component: string): Promise<KubeObject | undefined> => {
    const live = await cluster.read(kind, app.metadata.namespace ?? '', childName(app, component));
    return live && isOwnedBy(live, app) ? live : undefined;
  };
  const hadWebPods = app.status?.image !== undefined;
  const hadDatabase = cached.volumeClaim !== undefined;
  const [deployment, statefulSet] = await Promise.all([
    hadWebPods && !cached.deployment ? read(DEPLOYMENT, 'web') : undefined,
    hadDatabase && !cached.statefulSet ? read(STATEFUL_SET, 'mysql') : undefined,
  ]);
  return { deployment, statefulSet };
}
