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
 * Sets the app as the owner of unwanted children of an earlier app of the same name (`kubectl delete --cascade=orphan`), so that they are
 * pruned. Wanted children get their owner when they are applied.
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

/** Checks the labels and the name, because a user may have copied a child under another name. */
function isOrphan({ metadata }: KubeObject, app: CompleteApp): boolean {
  const { name, labels = {}, ownerReferences = [], deletionTimestamp } = metadata;
  const components = ['web', ...DATABASE_KINDS.flatMap((kind) => kind.components)];
  const hasOurName =
    components.some((component) => name === childName(app, component)) ||
    TASKS.some((task) => name.startsWith(jobName(app, task.name, '')));
  const isControlled = ownerReferences.some(({ controller }) => controller);
  return hasOurName && labels[LABEL.managedBy] === FIELD_MANAGER && !isControlled && deletionTimestamp === undefined;
}

/** The resource version is a precondition, so that the apply conflicts if somebody has changed the object since it was read. */
const ownerOnly = ({ apiVersion, kind }: Kind, { metadata }: KubeObject, app: CompleteApp): KubeObject => {
  const { name, namespace = '', resourceVersion = '' } = metadata;
  return owned({ apiVersion, kind, metadata: { name, namespace, resourceVersion } }, app);
};
