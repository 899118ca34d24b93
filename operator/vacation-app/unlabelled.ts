import type { CompleteApp } from '../api/defaults.ts';
import type { Cluster } from '../runtime/apply/cluster.ts';
import type { Kind, KubeObject } from '../runtime/client/kinds.ts';
import { isOwnedBy } from './children/ownership.ts';
import { DEPLOYMENT, STATEFUL_SET } from './kinds.ts';
import { childName, FACT } from './names.ts';
import type { Observed } from './observe.ts';

/** The children whose facts, such as the pinned image, decide whether pods restart. */
export type Unlabelled = Partial<Pick<Observed, 'deployment' | 'statefulSet'>>;

/**
 * Reads the children that have lost the label that the watches select by, so that the caches do not hold them. The plan would lose the facts
 * that they store, and restart pods. It reads only what the app may have had before: web pods come after a migration, and MySQL's volume after
 * its StatefulSet. So neither a new app on a new volume nor a complete one costs a read.
 */
export async function readUnlabelled(app: CompleteApp, cached: Observed, cluster: Cluster): Promise<Unlabelled> {
  const read = async (kind: Kind, component: string): Promise<KubeObject | undefined> => {
    const live = await cluster.read(kind, app.metadata.namespace ?? '', childName(app, component));
    return live && isOwnedBy(live, app) ? live : undefined;
  };
  const hadMigration = [cached.volumeClaim, cached.configMap].some(
    (child) => child?.metadata?.annotations?.[FACT.migrated] !== undefined,
  );
  const hadDatabase = cached.volumeClaim !== undefined;
  const [deployment, statefulSet] = await Promise.all([
    hadMigration && !cached.deployment ? read(DEPLOYMENT, 'web') : undefined,
    hadDatabase && !cached.statefulSet ? read(STATEFUL_SET, 'mysql') : undefined,
  ]);
  return { deployment, statefulSet };
}
