import type {
  V1Deployment,
  V1DeploymentStatus,
  V1PersistentVolumeClaim,
  V1Pod,
  V1StatefulSet,
} from '@kubernetes/client-node';
import { REASON } from '../../../operator/api/reasons.ts';
import { CONDITION, type VacationApp } from '../../../operator/api/vacation-app.ts';
import type { KubeObject } from '../../../operator/runtime/client/kinds.ts';

/** What the status has to be true of. */
export interface Facts {
  readonly claim: (KubeObject & V1PersistentVolumeClaim) | undefined;
  readonly statefulSet: (KubeObject & V1StatefulSet) | undefined;
  readonly databasePod: (KubeObject & V1Pod) | undefined;
  readonly deployment: (KubeObject & V1Deployment) | undefined;
  readonly arePodsRefused: boolean;
}

interface Cause {
  /** The condition that tells of it. */
  readonly type: string;
  readonly reasons: readonly string[];
}

/**
 * What is wrong with the cause that the status names, where all that others write has been written: the one of `Ready` is that of the first
 * gate that is not true.
 */
export function misnomer({ status }: VacationApp, facts: Facts): string | undefined {
  const of = (type: string) => status?.conditions?.find((condition) => condition.type === type);
  const ready = of(CONDITION.ready);
  for (const { type, reasons } of causes(facts)) {
    const gate = of(type);
    if (gate?.status === 'True') return `says ${type}=True, instead of ${reasons.join(' or ')}`;
    // Others stand for an earlier gate, a failure or hibernation.
    if (gate?.reason !== ready?.reason || reasons.includes(gate?.reason ?? '')) continue;
    return `says ${type}=False for ${gate?.reason ?? 'no reason'}, instead of ${reasons.join(' or ')}`;
  }
  return undefined;
}

const causes = (facts: Facts): Cause[] => [...causesOfDatabase(facts), ...causesOfWeb(facts)];

/** Of a volume that is there. */
function causesOfDatabase({ claim, statefulSet, databasePod, arePodsRefused }: Facts): Cause[] {
  if (claim?.status?.phase !== 'Bound' || claim.metadata.deletionTimestamp !== undefined) return [];
  const because = (reason: string): Cause[] => [{ type: CONDITION.databaseReady, reasons: [reason] }];
  const { conditions, containerStatuses } = databasePod?.status ?? {};
  if (conditions?.some(({ reason }) => reason === 'Unschedulable')) return because(REASON.podUnschedulable);
  if (containerStatuses?.some(({ state }) => state?.waiting?.reason === 'ImagePullBackOff')) {
    return because(REASON.imagePullFailed);
  }
  const isMissing = statefulSet?.spec?.replicas === 1 && databasePod === undefined;
  return isMissing && arePodsRefused ? because(REASON.podsRejected) : [];
}

function causesOfWeb({ deployment }: Facts): Cause[] {
  if (!deployment) return [];
  const { spec, status } = deployment;
  const because = (...reasons: string[]): Cause[] => [{ type: CONDITION.webReady, reasons }];
  if (spec?.paused === true && (spec.replicas ?? 1) > 0 && isRollingOut(status)) return because('RolloutPaused');
  return status?.conditions?.some(({ type }) => type === 'ReplicaFailure')
    ? because(REASON.podsRejected, REASON.rolloutStuck)
    : [];
}

export const isRollingOut = ({ replicas = 0, updatedReplicas = 0 }: V1DeploymentStatus = {}): boolean =>
  updatedReplicas < replicas;
