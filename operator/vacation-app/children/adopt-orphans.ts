import type { CompleteApp } from '../../api/defaults.ts';
import type { Cluster } from '../../runtime/apply/cluster.ts';
import { keyOf, type Kind, type KubeObject } from '../../runtime/client/kinds.ts';
import { DATABASE_KINDS } from '../database/database.ts';
import { childName, FIELD_MANAGER, HANDOVER_MANAGER, jobName, LABEL } from '../names.ts';
import { TASKS } from '../tasks/tasks.ts';
import { owned } from './ownership.ts';
import type { Plan } from '../plan.ts';
import { CHILD_KINDS } from './children.ts';

/**
 * Makes the app the owner of children that an app of its name left behind (`kubectl delete --cascade=orphan`) and that it does not want, so
 * that they are pruned like its own. Those that it wants get their owner when they are applied.
 */
export async function adoptOrphans({ app, desired }: Plan, cluster: Cluster, signal: AbortSignal): Promise<void> {
  for (const kind of CHILD_KINDS) {
    const wanted = desired.filter((child) => child.kind === kind).map(({ object }) => object.metadata.name);
    for (const live of cluster.store(kind).inGroup(keyOf(app))) {
      if (!isOrphan(live, app) || wanted.includes(live.metadata.name)) continue;
      await cluster.applyPart(kind, ownerOnly(kind, live, app), { manager: HANDOVER_MANAGER, signal });
    }
  }
}

/** By its labels and by its name: somebody may have copied one of ours under another. */
function isOrphan({ metadata }: KubeObject, app: CompleteApp): boolean {
  const { name, labels = {}, ownerReferences = [], deletionTimestamp } = metadata;
  const components = ['web', ...DATABASE_KINDS.flatMap((kind) => kind.components)];
  const hasOurName =
    components.some((component) => name === childName(app, component)) ||
    TASKS.some((task) => name.startsWith(jobName(app, task.name, '')));
  const isControlled = ownerReferences.some(({ controller }) => controller);
  return hasOurName && labels[LABEL.managedBy] === FIELD_MANAGER && !isControlled && deletionTimestamp === undefined;
}

/** Of the version that was looked at: whatever somebody makes of it meanwhile is theirs. */
const ownerOnly = ({ apiVersion, kind }: Kind, { metadata }: KubeObject, app: CompleteApp): KubeObject => {
  const { name, namespace = '', resourceVersion = '' } = metadata;
  return owned({ apiVersion, kind, metadata: { name, namespace, resourceVersion } }, app);
};
