import type { Cluster } from '../../runtime/apply/cluster.ts';
import type { KubeObject } from '../../runtime/client/kinds.ts';
import { JOB } from '../kinds.ts';
import type { Plan } from '../plan.ts';
import { isOvertaken } from '../tasks/overtaken.ts';
import { taskOf } from '../tasks/tasks.ts';
import { CHILD_KINDS } from './children.ts';

/** Deletes children that the app owns, by owner reference, and no longer wants. `CHILD_KINDS` has no kind that holds data. */
export async function prune(plan: Plan, cluster: Cluster, now: Date): Promise<void> {
  const { app, desired } = plan;
  const wanted = new Map(desired.map(({ kind, object }) => [`${kind.kind}/${object.metadata.name}`, object]));
  for (const kind of CHILD_KINDS) {
    for (const live of cluster.store(kind).ownedBy(app.metadata.uid ?? '')) {
      if (live.metadata.deletionTimestamp !== undefined) continue;
      const object = wanted.get(`${kind.kind}/${live.metadata.name}`);
      const isDue = kind === JOB ? isSpent(live, plan, object, now) : object === undefined;
      if (isDue) await cluster.remove(kind, live, app);
    }
  }
}

/** An unwanted Job stays while it runs or while its result is not stored yet. Its task decides. */
function isSpent(job: KubeObject, plan: Plan, desired: KubeObject | undefined, now: Date): boolean {
  const task = taskOf(job);
  if (task === undefined) return desired === undefined;
  const isReplaced = desired !== undefined && isOvertaken(job, desired, task.name, plan.observed);
  return isReplaced || task.isSpent(job, plan, desired !== undefined, now);
}
