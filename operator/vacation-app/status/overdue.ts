import type { V1Pod, V1PodCondition } from '@kubernetes/client-node';
import type { Finding } from '../../api/conditions.ts';
import type { CompleteApp } from '../../api/defaults.ts';
import { stallsLater, REASON } from '../../api/reasons.ts';
import { CONDITION } from '../../api/vacation-app.ts';
import { databaseKindOf } from '../database/database.ts';
import type { Observed } from '../observe.ts';
import { componentOf } from '../pods.ts';
import { CHECK, type DatabaseCheck } from '../tasks/check/checks.ts';
import { MIGRATION } from '../tasks/migrate/migration-versions.ts';

/** How long a cause may last that is expected to pass by itself. A cluster autoscaler needs less to add a node. */
const PATIENCE_MS = 300_000;

interface Watched {
  readonly app: CompleteApp;
  readonly observed: Pick<Observed, 'pods' | 'volumeClaim'>;
  readonly check: DatabaseCheck | undefined;
}

/**
 * Whether a cause that is expected to pass by itself has lasted too long. The times are those of the cause, from Kubernetes or from the
 * checks. The time of the condition is not used: the condition may have been False for another reason before.
 */
export function isOverdue({ type, reason }: Finding, watched: Watched, now: Date): boolean {
  if (!stallsLater(reason)) return false;
  const since = sinceOf(type, reason, watched);
  return since !== undefined && now.getTime() >= since + PATIENCE_MS;
}

/** When the next cause becomes overdue, in milliseconds since the epoch; undefined if none will. */
export function overdueLookAt(watched: Watched, now: Date): number | undefined {
  const since = [
    ...watched.observed.pods.map(unscheduledSince),
    volumePendingSince(watched),
    watched.check?.unfitSince,
  ];
  return earliest(
    since.map((at) => (at === undefined ? undefined : at + PATIENCE_MS)).filter((at) => !isPast(at, now)),
  );
}

function sinceOf(type: string, reason: string, watched: Watched): number | undefined {
  const { app, observed, check } = watched;
  switch (reason) {
    case REASON.podUnschedulable:
      return earliest(podsOfAny(observed, componentsOf(type, app)).map(unscheduledSince));
    case REASON.volumePending:
      return volumePendingSince(watched);
    default:
      return check?.unfitSince;
  }
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
  const pods = podsOfAny(observed, databaseKindOf(app).components);
  const seenAt = earliest(pods.map((pod) => timeOf(scheduledCondition(pod)?.lastTransitionTime)));
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

const scheduledCondition = ({ metadata, status }: V1Pod): V1PodCondition | undefined =>
  metadata?.deletionTimestamp === undefined
    ? status?.conditions?.find(({ type }) => type === 'PodScheduled')
    : undefined;

const timeOf = (time: Date | string | undefined): number | undefined =>
  time === undefined ? undefined : new Date(time).getTime();

const isPast = (at: number | undefined, now: Date): boolean => at !== undefined && at <= now.getTime();

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((at) => at !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
