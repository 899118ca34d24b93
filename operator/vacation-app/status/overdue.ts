import type { V1Pod, V1PodCondition } from '@kubernetes/client-node';
import type { Finding } from '../../api/conditions.ts';
import type { CompleteApp } from '../../api/defaults.ts';
import { stallsLater, REASON } from '../../api/reasons.ts';
import { CONDITION } from '../../api/vacation-app.ts';
import { databaseKindOf } from '../database/database.ts';
import type { Observed } from '../observe.ts';
import { podless, type Podless } from '../podless.ts';
import { componentOf } from '../pods.ts';
import { CHECK, type DatabaseCheck } from '../tasks/check/checks.ts';
import { MIGRATION } from '../tasks/migrate/migration-versions.ts';

/** How long a cause may last that is expected to pass by itself. A cluster autoscaler needs less to add a node. */
const PATIENCE_MS = 300_000;

interface Watched {
  readonly app: CompleteApp;
  readonly observed: Pick<Observed, 'pods' | 'volumeClaim' | 'statefulSet' | 'deployment' | 'jobs'>;
  readonly check: DatabaseCheck | undefined;
}

type Cause = Pick<Finding, 'type' | 'reason'>;

/** Whether a cause that is expected to pass by itself has lasted too long. */
export function isOverdue(cause: Cause, watched: Watched, now: Date): boolean {
  const due = dueAt(cause, watched);
  return due !== undefined && due <= now.getTime();
}

/** When the next cause in the app's status becomes overdue, in milliseconds since the epoch; undefined if none will. */
export function overdueLookAt(watched: Watched, now: Date): number | undefined {
  const causes = (watched.app.status?.conditions ?? []).filter(({ status }) => status === 'False');
  return earliest(causes.map((cause) => dueAt(cause, watched)).filter((at) => at === undefined || at > now.getTime()));
}

function dueAt({ type, reason }: Cause, watched: Watched): number | undefined {
  const since = stallsLater(reason) ? sinceOf(type, reason, watched) : undefined;
  return since && since + PATIENCE_MS;
}

/** Since when a cause has lasted: by the times of Kubernetes and of the checks, and by that of the condition where the cause has none. */
function sinceOf(type: string, reason: string, watched: Watched): number | undefined {
  const { app, observed, check } = watched;
  const pods = podsOfAny(observed, componentsOf(type, app));
  switch (reason) {
    case REASON.podUnschedulable:
      return earliest(pods.map(unscheduledSince));
    case REASON.volumePending:
      return volumePendingSince(watched);
    case REASON.imagePullFailed:
    case REASON.containerFailing:
      return falseSince(type, app, pods.map(seenSince));
    case REASON.podsRejected:
      return falseSince(type, app, podless(observed).map(madeAt));
    case REASON.credentialsMissing:
    case REASON.credentialsLost:
      return falseSince(type, app);
    default:
      return check?.unfitSince;
  }
}

/**
 * Since when the condition has been False; undefined where it has not. It may have been False for another reason before, so it counts from
 * the newest of `starts` at the earliest.
 */
function falseSince(type: string, { status }: CompleteApp, starts: (number | undefined)[] = []): number | undefined {
  const known = status?.conditions?.find((condition) => condition.type === type);
  const since = known?.status === 'False' ? timeOf(known.lastTransitionTime) : undefined;
  return since && Math.max(since, ...starts.filter((at) => at !== undefined));
}

/** The components whose pods a gate reports. */
function componentsOf(type: string, app: CompleteApp): readonly string[] {
  if (type === CONDITION.databaseReady) return [...databaseKindOf(app).components, CHECK];
  return [type === CONDITION.schemaReady ? MIGRATION : 'web'];
}

/** Since when a pod has waited for the volume. Without a pod it may be right that the volume is not bound. */
function volumePendingSince({ app, observed }: Watched): number | undefined {
  const { volumeClaim } = observed;
  if (volumeClaim === undefined || volumeClaim.status?.phase === 'Bound') return undefined;
  const seenAt = earliest(podsOfAny(observed, databaseKindOf(app).components).map(seenSince));
  return seenAt && Math.max(seenAt, timeOf(volumeClaim.metadata?.creationTimestamp) ?? 0);
}

const podsOfAny = ({ pods }: Pick<Observed, 'pods'>, components: readonly string[]): V1Pod[] =>
  pods.filter((pod) => components.includes(componentOf(pod) ?? ''));

/** When the scheduler first found no node for the pod; undefined if it has found one. */
function unscheduledSince(pod: V1Pod): number | undefined {
  const condition = scheduledCondition(pod);
  return condition?.status === 'False' && condition.reason === 'Unschedulable'
    ? timeOf(condition.lastTransitionTime)
    : undefined;
}

/** When the scheduler found a node for the pod, or first found none. */
const seenSince = (pod: V1Pod): number | undefined => timeOf(scheduledCondition(pod)?.lastTransitionTime);

const scheduledCondition = ({ metadata, status }: V1Pod): V1PodCondition | undefined =>
  metadata?.deletionTimestamp === undefined
    ? status?.conditions?.find(({ type }) => type === 'PodScheduled')
    : undefined;

const madeAt = ({ object }: Podless): number | undefined => timeOf(object.metadata?.creationTimestamp);

const timeOf = (time: Date | string | undefined): number | undefined =>
  time === undefined ? undefined : new Date(time).getTime();

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((at) => at !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
