import type {
  V1Deployment,
  V1DeploymentStatus,
  V1Job,
  V1PersistentVolumeClaim,
  V1Pod,
  V1StatefulSet,
} from '@kubernetes/client-node';
import { isDeepStrictEqual } from 'node:util';
import { REASON } from '../../../operator/api/reasons.ts';
import { CONDITION, type VacationApp } from '../../../operator/api/vacation-app.ts';
import type { KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { finishedAt } from '../../../operator/vacation-app/tasks/jobs.ts';

/** What the status has to be true of. */
export interface Facts {
  readonly claim: (KubeObject & V1PersistentVolumeClaim) | undefined;
  readonly statefulSet: (KubeObject & V1StatefulSet) | undefined;
  readonly databasePod: (KubeObject & V1Pod) | undefined;
  readonly deployment: (KubeObject & V1Deployment) | undefined;
  readonly jobs: readonly V1Job[];
  readonly arePodsRefused: boolean;
}

interface Cause {
  /** The condition that tells of it. */
  readonly type: string;
  readonly reasons: readonly string[];
  /** How long it may go untold, as it is no more than a start. */
  readonly patienceMs?: number;
  /** Whether the condition may be true all the same. */
  readonly isHarmless?: boolean;
}

/** Of pods that are missing. */
const PATIENCE_MS = 15_000;

/** What keeps an app from serving, since when, and whether the status tells of that. */
export class Causes {
  #known: readonly { readonly cause: Cause; readonly since: number }[] = [];

  /** What there is at this time, in milliseconds. */
  look(facts: Facts, now: number): void {
    this.#known = causes(facts).map((cause) => {
      const before = this.#known.find((known) => isDeepStrictEqual(known.cause, cause));
      return { cause, since: before?.since ?? now };
    });
  }

  /**
   * What is wrong with the cause that the status names, where all that others write has been written: the one of `Ready` is that of the first
   * gate that is not true.
   */
  misnomer(app: VacationApp, now: number): string | undefined {
    return this.#known
      .filter(({ cause: { patienceMs = 0 }, since }) => now - since >= patienceMs)
      .map(({ cause }) => misnomerOf(cause, app))
      .find((wrong) => wrong !== undefined);
  }
}

/** Whatever is the matter below, these keep the operator from going on. */
const OF_WRITES: readonly string[] = [REASON.applyFailed, REASON.notOwned, REASON.ownerTerminating];

function misnomerOf({ type, reasons, isHarmless = false }: Cause, { status }: VacationApp): string | undefined {
  const of = (wanted: string) => status?.conditions?.find((condition) => condition.type === wanted);
  const gate = of(type);
  const expected = reasons.join(' or ');
  if (gate?.status === 'True') return isHarmless ? undefined : `says ${type}=True, instead of ${expected}`;
  const reason = gate?.reason ?? 'no reason';
  // Others stand for an earlier gate, a failure or hibernation.
  const isApart = reason !== of(CONDITION.ready)?.reason || OF_WRITES.includes(reason);
  return isApart || reasons.includes(reason) ? undefined : `says ${type}=False for ${reason}, instead of ${expected}`;
}

const causes = (facts: Facts): Cause[] => [...causesOfDatabase(facts), ...causesOfSchema(facts), ...causesOfWeb(facts)];

/** Of a volume that is there. */
function causesOfDatabase({ claim, statefulSet, databasePod, arePodsRefused }: Facts): Cause[] {
  if (claim?.status?.phase !== 'Bound' || claim.metadata.deletionTimestamp !== undefined) return [];
  const type = CONDITION.databaseReady;
  const { conditions, containerStatuses } = databasePod?.status ?? {};
  if (conditions?.some(({ reason }) => reason === 'Unschedulable')) {
    return [{ type, reasons: [REASON.podUnschedulable] }];
  }
  if (containerStatuses?.some(({ state }) => state?.waiting?.reason === 'ImagePullBackOff')) {
    return [{ type, reasons: [REASON.imagePullFailed] }];
  }
  const isMissing = statefulSet?.spec?.replicas === 1 && databasePod === undefined;
  return isMissing && arePodsRefused ? [{ type, reasons: [REASON.podsRejected], patienceMs: PATIENCE_MS }] : [];
}

function causesOfSchema({ jobs }: Facts): Cause[] {
  const unfinished = jobs.filter((job) => finishedAt(job) === undefined);
  if (unfinished.length === 0 || !unfinished.every(({ spec }) => spec?.suspend === true)) return [];
  return [{ type: CONDITION.schemaReady, reasons: ['JobSuspended'], isHarmless: true }];
}

function causesOfWeb({ deployment }: Facts): Cause[] {
  const { spec, status } = deployment ?? {};
  const type = CONDITION.webReady;
  if (spec?.replicas === 0) return [];
  const isAwaited = isRollingOut(status) || (status?.replicas ?? 0) === 0;
  if (spec?.paused === true && isAwaited) return [{ type, reasons: ['RolloutPaused'] }];
  const isRefused = status?.conditions?.some((condition) => condition.type === 'ReplicaFailure') ?? false;
  const reasons = [REASON.podsRejected, REASON.rolloutStuck];
  return isRefused ? [{ type, reasons, patienceMs: PATIENCE_MS, isHarmless: !isRollingOut(status) }] : [];
}

export const isRollingOut = ({ replicas = 0, updatedReplicas = 0 }: V1DeploymentStatus = {}): boolean =>
  updatedReplicas < replicas;

/** What is wrong with saying that MySQL is not ready, where it serves, and nothing is about to change that. */
export function modesty({ status }: VacationApp, { claim, statefulSet, databasePod }: Facts): string | undefined {
  const isServing =
    claim?.status?.phase === 'Bound' &&
    claim.metadata.deletionTimestamp === undefined &&
    statefulSet?.spec?.replicas === 1 &&
    databasePod?.status?.phase === 'Running';
  const gate = status?.conditions?.find(({ type }) => type === CONDITION.databaseReady);
  if (!isServing || gate?.status !== 'False' || gate.reason === REASON.hibernated) return undefined;
  return `says DatabaseReady=False for ${gate.reason} of a MySQL that serves`;
}
