import { withDefaults, type CompleteApp } from '../api/defaults.ts';
import { shapeFault } from '../api/shape.ts';
import { ANNOTATION, VACATION_APP, type VacationApp } from '../api/vacation-app.ts';
import { isConflict, isTerminatingNamespace } from '../runtime/client/api-error.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Cluster } from '../runtime/apply/cluster.ts';
import type { Reconcile, Result } from '../runtime/queue/controller.ts';
import { splitKey } from '../runtime/client/kinds.ts';
import { adoptOrphans } from './children/adopt-orphans.ts';
import { applyChild } from './children/apply-child.ts';
import { applyCredentials } from './credentials/apply-credentials.ts';
import { applyVolume } from './database/managed/apply-volume.ts';
import { applyWebDeployment } from './web/apply-web-deployment.ts';
import { readDataObjects } from './database/managed/data.ts';
import { hasEnded, nextCheckAt } from './database/external/external-database.ts';
import { DEPLOYMENT, JOB, STATEFUL_SET } from './kinds.ts';
import { JobTime } from './tasks/job-time.ts';
import { failedAt, jobNamed } from './observe.ts';
import { readOwnSecrets } from './credentials/own-secrets.ts';
import { Pace } from './status/pace.ts';
import { createPlanner, isDue, type Plan } from './plan.ts';
import { MIGRATION_RETRY_MS, prune } from './children/prune.ts';
import { report, reportInvalid, type Reporting } from './status/report.ts';
import { STEPS, type Desired } from './children/children.ts';
import { isGivenUp, stopForNewVolume } from './database/managed/give-up-volume.ts';

export interface Dependencies extends Reporting {
  readonly random: (bytes: number) => string;
  readonly clock: Clock;
}

/** Makes the cluster match a VacationApp, and its status match the cluster. */
export function createReconcile(dependencies: Dependencies): Reconcile {
  const { cluster, now, clock } = dependencies;
  const pace = new Pace();
  const jobTime = new JobTime(clock, now);
  return async (key, signal) => {
    const begun = clock.now();
    const { namespace, name } = splitKey(key);
    const declared = cluster.store(VACATION_APP).get(namespace, name) as VacationApp | undefined;
    if (!declared) {
      cluster.drift.forget(key);
      pace.forget(key);
      jobTime.forget(key);
    }
    // Gone or going: the children follow by their owner references.
    if (!declared || declared.metadata.deletionTimestamp !== undefined) return {};
    const fault = shapeFault(declared);
    if (fault !== undefined) {
      pace.forget(key);
      await reportInvalid(declared, fault, dependencies);
      return {};
    }
    const app = withDefaults(declared);
    const own = await readOwnSecrets(app, cluster);
    const timed = { ...dependencies, now: () => jobTime.now(key, cluster.store(JOB).ownedBy(app.metadata.uid ?? '')) };
    const planned = createPlanner(app, own, timed);
    const { deployment } = planned().observed;
    const error = isPaused(app) ? undefined : await failureOf(() => converge(app, planned, timed, signal));
    if (isTerminatingNamespace(error)) return {};
    if (isConflict(error)) throw error;
    const plan = planned();
    // Whoever scales and exposes web pods that were made just now is about to answer: the look that follows tells of both.
    if (error === undefined && deployment === undefined && plan.observed.deployment && isAnswered(declared)) {
      return { requeueAfterMs: 1 };
    }
    const reportMs = await report(declared, plan, error, dependencies, pace);
    if (error !== undefined) throw error;
    return nextLook(app, plan, timed.now(), [cluster.drift.of(declared).nextLookMs(begun), reportMs]);
  };
}

async function converge(
  app: CompleteApp,
  planned: () => Plan,
  { cluster, now, random }: Dependencies,
  signal: AbortSignal,
): Promise<void> {
  const first = planned();
  const data = await readDataObjects(app, first.observed, cluster);
  if (isGivenUp(app, data)) await stopForNewVolume(app, data, first.facts, cluster, signal);
  // First what protects data. A failure of one does not stop the other.
  const [credentials, volume] = await Promise.allSettled([
    applyCredentials(app, data, first.observed.own, cluster, random, signal),
    applyVolume(app, data.volumeClaim, first, cluster, signal),
  ]);
  if (credentials.status === 'rejected') throw credentials.reason as Error;
  // Before anything else is applied: an autoscaler that is no longer wanted must not fight the number that is.
  await adoptOrphans(app, planned(), cluster, signal);
  await prune(app, planned(), cluster, now());
  for (const step of STEPS) {
    const plan = planned();
    if (!isDue(step, app, plan)) continue;
    const due = plan.desired.filter((child) => child.step === step && !isMade(child, plan) && !isLastCopy(child, plan));
    await settled(due.map((child) => apply(app, child, plan, cluster, signal)));
  }
  // A volume that cannot grow holds nothing else up.
  if (volume.status === 'rejected') throw volume.reason as Error;
}

const apply = (app: CompleteApp, child: Desired, plan: Plan, cluster: Cluster, signal: AbortSignal): Promise<void> =>
  child.kind === DEPLOYMENT
    ? applyWebDeployment(app, child, plan, cluster, signal)
    : applyChild(app, child, cluster, signal);

/**
 * A Job cannot change, and its name tells what it is for: one that is there is left as it is, wherever its pods may run by now. So is the
 * check that has ended, whose Job may be gone.
 */
const isMade = ({ kind, object }: Desired, { observed }: Plan): boolean =>
  kind === JOB && (jobNamed(observed, object.metadata.name) !== undefined || hasEnded(observed, object.metadata.name));

/** MySQL is not changed while its claim is being deleted: the pod that a change would end holds the last copy of the data. */
const isLastCopy = ({ kind }: Desired, { observed }: Plan): boolean =>
  kind === STATEFUL_SET && observed.volumeClaim?.metadata?.deletionTimestamp !== undefined;

/** Waits for all, so that one refusal does not leave the others in flight; then tells the first. */
async function settled(work: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) {
    if (result.status === 'rejected') throw result.reason as Error;
  }
}

const isAnswered = ({ metadata, status }: VacationApp): boolean => status?.observedGeneration === metadata.generation;

const isPaused = ({ metadata }: VacationApp): boolean => metadata.annotations?.[ANNOTATION.paused] === 'true';

async function failureOf(work: () => Promise<void>): Promise<Error | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function nextLook(
  app: CompleteApp,
  { observed, migration, wantedCheck }: Plan,
  now: Date,
  others: readonly (number | undefined)[],
): Result {
  const failed = failedAt(jobNamed(observed, migration.name));
  // Of a paused app nothing is due, however long ago it was.
  const due = isPaused(app)
    ? []
    : [failed === undefined ? undefined : failed + MIGRATION_RETRY_MS, wantedCheck && nextCheckAt(observed)];
  const inMs = due.map((at) => (at === undefined ? undefined : Math.max(1_000, at - now.getTime())));
  const looks = [...inMs, ...others].filter((ms) => ms !== undefined);
  return looks.length === 0 ? {} : { requeueAfterMs: Math.min(...looks) };
}
