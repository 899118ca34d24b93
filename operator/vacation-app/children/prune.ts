import type { V1Job } from '@kubernetes/client-node';
import { isHibernated, type CompleteApp } from '../../api/defaults.ts';
import type { Cluster } from '../../runtime/apply/cluster.ts';
import { JOB } from '../kinds.ts';
import { hasEnded, isCheck, isOfSameContent } from '../database/external/external-database.ts';
import { failedAt, jobCondition } from '../observe.ts';
import type { Plan } from '../plan.ts';
import { CHILD_KINDS } from './children.ts';

export const MIGRATION_RETRY_MS = 300_000;

/** Removes what is the app's by its owner reference and no longer wanted. What holds data has no such reference. */
export async function prune(app: CompleteApp, plan: Plan, cluster: Cluster, now: Date): Promise<void> {
  const wanted = new Set(plan.desired.map(({ kind, object }) => `${kind.kind}/${object.metadata.name}`));
  for (const kind of CHILD_KINDS) {
    for (const live of cluster.store(kind).ownedBy(app.metadata.uid ?? '')) {
      if (live.metadata.deletionTimestamp !== undefined) continue;
      const isWanted = wanted.has(`${kind.kind}/${live.metadata.name}`);
      const isDue = kind === JOB ? isJobSpent(live, app, plan, isWanted, now) : !isWanted;
      if (isDue) await cluster.remove(kind, live, app);
    }
  }
}

/**
 * 1. A check of the database that is not wanted: when the spec asks for another check, or the next check has ended.
 * 2. The app hibernates: every migration that has not completed; nothing may run.
 * 3. Another migration is needed: the older ones that failed, and all of them once it is remembered that that one was done.
 * 4. The one that is needed has failed: after some time, to be tried anew.
 */
function isJobSpent(job: V1Job, app: CompleteApp, plan: Plan, isWanted: boolean, now: Date): boolean {
  const { observed, migration, wantedCheck } = plan;
  if (isCheck(job)) {
    if (isWanted) return false;
    return !isOfSameContent(job, wantedCheck) || hasEnded(observed, wantedCheck?.metadata?.name ?? '');
  }
  if (isHibernated(app)) return !jobCondition(job, 'Complete');
  const failed = failedAt(job);
  if (!isWanted) return migration.isRemembered || failed !== undefined;
  return failed !== undefined && now.getTime() - failed >= MIGRATION_RETRY_MS;
}
