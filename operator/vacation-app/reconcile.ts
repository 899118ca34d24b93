import { isDeepStrictEqual } from 'node:util';
import type { V1Job, V1Secret } from '@kubernetes/client-node';
import { withDefaults, type CompleteApp } from '../api/defaults.ts';
import { ANNOTATION, REASON, VACATION_APP, type VacationApp } from '../api/vacation-app.ts';
import { isConflict, isNotFound, isRefusal, isTerminatingNamespace } from '../runtime/api-error.ts';
import type { Cluster } from '../runtime/cluster.ts';
import type { Reconcile, Result } from '../runtime/controller.ts';
import { TerminalError, WaitingError } from '../runtime/errors.ts';
import type { EventNote } from '../runtime/events.ts';
import { splitKey, type Kind, type KubeObject } from '../runtime/kinds.ts';
import { credentialsOf, credentialsSecret } from './credentials.ts';
import { eventsOf } from './events.ts';
import { factsOf, type Facts, type OperatorDefaults } from './facts.ts';
import { DEPLOYMENT, JOB, SECRET, VOLUME_CLAIM } from './kinds.ts';
import { childName, credentialsName, FIELD_MANAGER, HANDOVER_MANAGER, volumeClaimName } from './names.ts';
import { isDatabaseReady, jobCondition, migrationReport, observe, type Observed } from './observe.ts';
import { assertOwned, owned } from './ownership.ts';
import { replicasToHandOver } from './replicas.ts';
import { CHILD_KINDS, desiredObjects, STEPS, type Desired, type Step } from './resources/index.ts';
import { statusOf, type Failure } from './status.ts';
import { growthError, partOfVolume } from './volume.ts';

export interface Dependencies {
  readonly cluster: Cluster;
  readonly defaults: OperatorDefaults;
  readonly publish: (about: KubeObject, note: EventNote) => Promise<void>;
  readonly now: () => Date;
  readonly random: (bytes: number) => string;
}

const MIGRATION_RETRY_MS = 300_000;

/** What is wanted for an app at this moment, and what it was computed from. */
interface Plan {
  readonly observed: Observed;
  readonly facts: Facts;
  readonly desired: readonly Desired[];
  /** The migration that the wanted web pods need. */
  readonly migration: string;
}

/** Makes the cluster match a VacationApp, and its status match the cluster. */
export function createReconcile(dependencies: Dependencies): Reconcile {
  const { cluster, now } = dependencies;
  return async (key, signal) => {
    const { namespace, name } = splitKey(key);
    const declared = cluster.store(VACATION_APP).get(namespace, name) as VacationApp | undefined;
    // Gone or going: the children follow by their owner references.
    if (!declared || declared.metadata.deletionTimestamp !== undefined) return {};
    const app = withDefaults(declared);
    const error = isPaused(app) ? undefined : await failureOf(() => converge(app, dependencies, signal));
    if (isTerminatingNamespace(error)) return {};
    if (isConflict(error)) throw error;
    const plan = planOf(app, dependencies);
    await report(declared, plan, error, dependencies);
    if (error !== undefined) throw error;
    return nextLook(plan, now());
  };
}

const isPaused = ({ metadata }: VacationApp): boolean => metadata.annotations?.[ANNOTATION.paused] === 'true';

async function failureOf(work: () => Promise<void>): Promise<Error | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function planOf(app: CompleteApp, { cluster, defaults }: Dependencies): Plan {
  const observed = observe(app, cluster);
  const kept = factsOf(app, observed, defaults);
  const migration = desiredObjects(app, kept).find(({ kind }) => kind === JOB)?.object.metadata.name ?? '';
  const facts = { ...kept, ...migrationReport(observed, migration) };
  return { observed, facts, desired: desiredObjects(app, facts), migration };
}

async function converge(app: CompleteApp, dependencies: Dependencies, signal: AbortSignal): Promise<void> {
  const { cluster } = dependencies;
  // Before anything is applied: an autoscaler that is no longer wanted must not fight the number that is.
  await prune(app, planOf(app, dependencies), dependencies);
  await applyCredentials(app, dependencies, signal);
  for (const step of STEPS) {
    const plan = planOf(app, dependencies);
    if (!isDue(step, plan)) continue;
    if (step === 'web') await handOverReplicas(app, cluster, signal);
    const due = plan.desired.filter((child) => child.step === step && !isMade(child, plan));
    await settled(due.map(({ kind, object }) => apply(app, kind, owned(object, app), cluster, signal)));
    if (step === 'web') await handOverReplicas(app, cluster, signal);
  }
  await applyVolume(app, cluster, signal);
}

/** Whether what the step waits for is there. */
function isDue(step: Step, { observed, migration }: Plan): boolean {
  switch (step) {
    case 'base':
      return true;
    case 'schema':
      return isDatabaseReady(observed);
    case 'web':
      return jobCondition(jobNamed(observed, migration), 'Complete');
    case 'autoscaling':
      return observed.deployment !== undefined;
  }
}

/** A Job cannot change, and its name tells what it is for: one that is there is left as it is, wherever its pods may run by now. */
const isMade = ({ kind }: Desired, { observed, migration }: Plan): boolean =>
  kind === JOB && jobNamed(observed, migration) !== undefined;

/** Waits for all, so that one refusal does not leave the others in flight; then tells the first. */
async function settled(work: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) {
    if (result.status === 'rejected') throw result.reason as Error;
  }
}

async function apply(
  app: CompleteApp,
  kind: Kind,
  desired: KubeObject,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<void> {
  await cluster.apply(kind, desired, {
    manager: FIELD_MANAGER,
    assertOurs: (live) => assertOwned(kind, live, app, kind === SECRET || kind === VOLUME_CLAIM),
    difference: app.status?.observedGeneration === app.metadata.generation ? 'drift' : 'change',
    signal,
  });
}

/** The cache knows Secrets by their label only: before one counts as lost, or when its name is taken, the API server is asked. */
async function applyCredentials(
  app: CompleteApp,
  { cluster, random }: Dependencies,
  signal: AbortSignal,
): Promise<void> {
  const { secret, volumeClaim } = observe(app, cluster);
  const read = (): Promise<KubeObject | undefined> =>
    cluster.read(SECRET, app.metadata.namespace ?? '', credentialsName(app));
  const desiredFor = (existing: V1Secret | undefined): KubeObject => {
    const credentials = credentialsOf(app, existing, volumeClaim !== undefined, random);
    const desired = credentialsSecret(app, credentials) as KubeObject;
    // What somebody changes in it meanwhile is never put back: the apply is then a conflict.
    if (existing?.metadata?.resourceVersion !== undefined) {
      desired.metadata.resourceVersion = existing.metadata.resourceVersion;
    }
    return app.spec.deletionPolicy === 'Delete' ? owned(desired, app) : desired;
  };
  let existing = secret ?? (volumeClaim === undefined ? undefined : await read());
  if (existing === undefined && volumeClaim?.metadata?.deletionTimestamp !== undefined) {
    throw new WaitingError(
      REASON.ownerTerminating,
      `PersistentVolumeClaim ${volumeClaim.metadata.name ?? ''} is being deleted, which waits for the pod that uses it (kubectl delete pod ${childName(app, 'mysql')}-0); an empty database follows`,
      { retryAfterMs: 2_000 },
    );
  }
  if (existing === undefined) {
    try {
      await cluster.create(SECRET, desiredFor(undefined), { manager: FIELD_MANAGER, signal });
      return;
    } catch (error) {
      if (!isConflict(error)) throw error;
      existing = await read();
    }
  }
  if (existing) assertOwned(SECRET, existing as KubeObject, app, true);
  await apply(app, SECRET, desiredFor(existing), cluster, signal);
}

/** Who the volume goes with, and how large it is; see `partOfVolume`. */
async function applyVolume(app: CompleteApp, cluster: Cluster, signal: AbortSignal): Promise<void> {
  const live = cluster.store(VOLUME_CLAIM).get(app.metadata.namespace ?? '', volumeClaimName(app));
  if (!live || live.metadata.deletionTimestamp !== undefined) return;
  const part = partOfVolume(app, live);
  if (part === undefined) return;
  try {
    await apply(app, VOLUME_CLAIM, part, cluster, signal);
  } catch (error) {
    throw growthError(error, app, live);
  }
}

/** Gives the number of web pods to whoever scales them, under a manager of its own; see `replicasToHandOver`. */
async function handOverReplicas(app: CompleteApp, cluster: Cluster, signal: AbortSignal): Promise<void> {
  const live = cluster.store(DEPLOYMENT).get(app.metadata.namespace ?? '', childName(app, 'web'));
  const replicas = replicasToHandOver(app, live);
  if (replicas === undefined || !live) return;
  const { name, namespace = '', uid = '' } = live.metadata;
  const part = {
    apiVersion: DEPLOYMENT.apiVersion,
    kind: DEPLOYMENT.kind,
    metadata: { name, namespace, uid },
    spec: { replicas },
  };
  await cluster.applyPart(DEPLOYMENT, part, { manager: HANDOVER_MANAGER, signal });
}

/** Removes what is the app's by its owner reference and no longer wanted. What holds data has no such reference. */
async function prune(app: CompleteApp, plan: Plan, { cluster, now }: Dependencies): Promise<void> {
  const wanted = new Set(plan.desired.map(({ kind, object }) => `${kind.kind}/${object.metadata.name}`));
  const migrated = jobCondition(jobNamed(plan.observed, plan.migration), 'Complete');
  for (const kind of CHILD_KINDS) {
    for (const live of cluster.store(kind).ownedBy(app.metadata.uid ?? '')) {
      if (live.metadata.deletionTimestamp !== undefined) continue;
      const isDue =
        kind === JOB ? isJobSpent(live, wanted, migrated, now()) : !wanted.has(`${kind.kind}/${live.metadata.name}`);
      if (isDue) await cluster.remove(kind, live);
    }
  }
}

/** An older migration when the one that is needed has completed; the one that is needed some time after it failed, to be tried anew. */
function isJobSpent(job: V1Job, wanted: ReadonlySet<string>, migrated: boolean, now: Date): boolean {
  if (!wanted.has(`${JOB.kind}/${job.metadata?.name ?? ''}`)) return migrated;
  const failed = failedAt(job);
  return failed !== undefined && now.getTime() - failed >= MIGRATION_RETRY_MS;
}

function failedAt(job: V1Job | undefined): number | undefined {
  const failed = job?.status?.conditions?.find(({ type, status }) => type === 'Failed' && status === 'True');
  return failed?.lastTransitionTime === undefined ? undefined : new Date(failed.lastTransitionTime).getTime();
}

const jobNamed = ({ jobs }: Observed, name: string): V1Job | undefined =>
  jobs.find(({ metadata }) => metadata?.name === name);

async function report(
  declared: VacationApp,
  plan: Plan,
  error: Error | undefined,
  dependencies: Dependencies,
): Promise<void> {
  const { cluster, defaults, now, publish } = dependencies;
  const { observed, facts, migration } = plan;
  const app = withDefaults(declared);
  const status = statusOf({ app, observed, facts, migration, defaults, failure: told(error), now: now() });
  if (isDeepStrictEqual(status, declared.status)) return;
  try {
    await cluster.writeStatus(VACATION_APP, { ...declared, status });
  } catch (failure) {
    if (isNotFound(failure)) return;
    throw failure;
  }
  for (const note of eventsOf(declared.status?.conditions ?? [], status.conditions ?? []))
    await publish(declared, note);
}

function told(error: Error | undefined): Failure | undefined {
  if (error === undefined) return undefined;
  if (error instanceof TerminalError) return { reason: error.reason, message: error.message, kind: 'terminal' };
  if (error instanceof WaitingError) return { reason: error.reason, message: error.message, kind: 'blocked' };
  return { reason: REASON.applyFailed, message: error.message, kind: isRefusal(error) ? 'blocked' : 'passing' };
}

function nextLook({ observed, migration }: Plan, now: Date): Result {
  const failed = failedAt(jobNamed(observed, migration));
  return failed === undefined ? {} : { requeueAfterMs: Math.max(1_000, failed + MIGRATION_RETRY_MS - now.getTime()) };
}
