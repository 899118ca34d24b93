import type { V1Pod } from '@kubernetes/client-node';
import { withDefaults, type CompleteApp } from '../api/defaults.ts';
import { isPaused } from '../api/paused.ts';
import { shapeFault } from '../api/shape.ts';
import { VACATION_APP, type VacationApp } from '../api/vacation-app.ts';
import { isConflict, isTerminatingNamespace } from '../runtime/client/api-error.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Cluster } from '../runtime/apply/cluster.ts';
import type { Reconcile, Result } from '../runtime/queue/controller.ts';
import { splitKey, type KubeObject } from '../runtime/client/kinds.ts';
import { adoptOrphans } from './children/adopt-orphans.ts';
import { applyChild } from './children/apply-child.ts';
import { applyCredentials, readCredentials } from './credentials/apply-credentials.ts';
import { databaseKindOf } from './database/database.ts';
import { autoscalingLookAt } from './web/autoscaling-ready.ts';
import { JOB, POD } from './kinds.ts';
import { observe } from './observe.ts';
import { Memory } from './memory.ts';
import { NO_REFUSALS } from './refusals.ts';
import { jobNamed } from './tasks/jobs.ts';
import { TASKS, taskOf } from './tasks/tasks.ts';
import { readErrorOf, readUserSecrets } from './credentials/user-secrets.ts';
import { overdueLookAt } from './status/overdue.ts';
import { createPlanner, type Plan } from './plan.ts';
import { prune } from './children/prune.ts';
import { report, reportInvalid, type Reporting } from './status/report.ts';
import type { Desired } from './children/child.ts';
import { STEPS } from './children/steps.ts';
import { readUnlabelled } from './unlabelled.ts';

export interface Dependencies extends Reporting {
  readonly random: (bytes: number) => string;
  readonly clock: Clock;
}

/** Makes the cluster match a VacationApp, and its status match the cluster. */
export function createReconcile(dependencies: Dependencies): Reconcile {
  const { cluster, clock } = dependencies;
  const memories = new Map<string, Memory>();
  return async (key, signal) => {
    const begun = clock.now();
    const { namespace, name } = splitKey(key);
    const declared = cluster.store(VACATION_APP).get(namespace, name) as VacationApp | undefined;
    if (!declared) {
      cluster.drift.forget(key);
      memories.delete(key);
    }
    // Deleted or being deleted. The garbage collector deletes the children by their owner references.
    if (!declared || declared.metadata.deletionTimestamp !== undefined) return {};
    const memory = memories.get(key) ?? new Memory(dependencies);
    memories.set(key, memory);
    const fault = shapeFault(declared);
    if (fault !== undefined) {
      memory.pace.settled();
      await reportInvalid(declared, fault, dependencies);
      return {};
    }
    const app = withDefaults(declared);
    const userSecrets = await readUserSecrets(app, cluster);
    const secrets = { userSecrets, refusals: NO_REFUSALS };
    const unlabelled = await readUnlabelled(app, observe(app, cluster, secrets), cluster);
    const seen = observe(app, cluster, { ...secrets, unlabelled });
    const { refusals, nextLookMs } = await memory.refusals.look(app, seen, cluster);
    const timed = {
      ...dependencies,
      now: () => memory.jobTime.now(cluster.store(JOB).ownedBy(app.metadata.uid ?? '')),
    };
    const planned = createPlanner(app, { userSecrets, refusals, unlabelled }, timed);
    const { deployment } = planned().observed;
    const error = isPaused(app)
      ? readErrorOf(userSecrets)
      : await failureOf(() => converge(app, planned, timed, signal));
    if (isTerminatingNamespace(error)) return {};
    if (isConflict(error)) throw error;
    const plan = planned();
    // The web Deployment was just created. Requeue at once: the next reconcile also reports the autoscaler and the Ingress.
    if (error === undefined && deployment === undefined && plan.observed.deployment && isAnswered(declared)) {
      return { requeueAfterMs: 1 };
    }
    const reportMs = await report(declared, plan, memory.failures.of(error), dependencies, memory.pace);
    if (error !== undefined) throw error;
    return nextLook(plan, timed.now(), [cluster.drift.of(declared).nextLookMs(begun), nextLookMs, reportMs]);
  };
}

async function converge(
  app: CompleteApp,
  planned: () => Plan,
  { cluster, now, random }: Dependencies,
  signal: AbortSignal,
): Promise<void> {
  const first = planned();
  const { volume } = databaseKindOf(app);
  const volumeClaim = await volume?.read(app, first.observed, cluster);
  const secret = await readCredentials(app, first.observed, volumeClaim, cluster);
  const data = { volumeClaim, secret };
  await volume?.letGo(app, data, first.facts, cluster, signal);
  // The steps that protect data come first. A failure of one does not stop the other.
  const [credentials, protection] = await Promise.allSettled([
    applyCredentials(app, data, first.observed.userSecrets, cluster, random, signal),
    volume?.protect(first, volumeClaim, cluster, signal),
  ]);
  if (credentials.status === 'rejected') throw credentials.reason as Error;
  // Prune before anything else is applied. An unwanted autoscaler must not change the declared number of web pods.
  await adoptOrphans(planned(), cluster, signal);
  await prune(planned(), cluster, now());
  for (const pod of databaseKindOf(app).stuckPods?.(app, planned().observed) ?? []) {
    await cluster.remove(POD, pod as V1Pod & KubeObject, app, { reason: 'replace', isAsSeen: true });
  }
  for (const { step, waitsFor } of STEPS) {
    const plan = planned();
    if (waitsFor(plan) !== undefined) continue;
    const due = plan.desired.filter((child) => child.step === step && mayApply(child, plan));
    await settled(due.map((child) => apply(child, plan, cluster, signal)));
  }
  // Throw late, so that a volume that cannot grow does not block the children.
  if (protection.status === 'rejected') throw protection.reason as Error;
}

const apply = (child: Desired, plan: Plan, cluster: Cluster, signal: AbortSignal): Promise<void> =>
  child.apply?.(plan, child, cluster, signal) ?? applyChild(plan.app, child, cluster, signal);

/** A Job is immutable, so an existing one is never applied again. */
function mayApply(child: Desired, plan: Plan): boolean {
  const { kind, object } = child;
  if (databaseKindOf(plan.app).volume?.forbids(child, plan.observed)) return false;
  if (kind !== JOB) return true;
  const { name } = object.metadata;
  return jobNamed(plan.observed, name) === undefined && taskOf(object)?.isWanted(plan, name) === true;
}

/** Waits for all, so that no write is in flight afterwards. Then throws the first error. */
async function settled(work: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) {
    if (result.status === 'rejected') throw result.reason as Error;
  }
}

const isAnswered = ({ metadata, status }: VacationApp): boolean => status?.observedGeneration === metadata.generation;

async function failureOf(work: () => Promise<void>): Promise<Error | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function nextLook(plan: Plan, now: Date, others: readonly (number | undefined)[]): Result {
  // A paused app has no due tasks.
  const tasks = isPaused(plan.app) ? [] : TASKS.map((task) => task.nextLook(plan));
  const due = [...tasks, autoscalingLookAt(plan.observed, now), overdueLookAt(plan, now)];
  const inMs = due.map((at) => (at === undefined ? undefined : Math.max(1_000, at - now.getTime())));
  const looks = [...inMs, ...others].filter((ms) => ms !== undefined);
  return looks.length === 0 ? {} : { requeueAfterMs: Math.min(...looks) };
}
