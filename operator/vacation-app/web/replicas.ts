import type { V1Deployment } from '@kubernetes/client-node';
import { isHibernated, type CompleteApp } from '../../api/defaults.ts';
import { isOwned, owns } from '../../runtime/apply/owned-fields.ts';
import type { KubeObject } from '../../runtime/client/kinds.ts';
import { FACT, FIELD_MANAGER } from '../names.ts';

const REPLICAS = ['spec', 'replicas'];

/** The number of web pods that the app fixes. Undefined if an autoscaler sets it. */
export const fixedReplicas = (app: CompleteApp): number | undefined => (isHibernated(app) ? 0 : app.spec.replicas);

/** Whether the operator creates an autoscaler. */
export const wantsAutoscaler = (app: CompleteApp): boolean =>
  fixedReplicas(app) === undefined && app.spec.autoscaling.mode === 'Managed';

/** Whether an autoscaler that the operator did not create sets the number. It may set 0. */
export const isScaledByOthers = (app: CompleteApp): boolean =>
  fixedReplicas(app) === undefined && app.spec.autoscaling.mode === 'External';

/** Whether the operator owns `spec.replicas`. While it does, there must be no autoscaler. */
export const isSizeOurs = (deployment: V1Deployment): boolean =>
  owns(deployment as KubeObject, FIELD_MANAGER, REPLICAS);

/** Whether hibernation has scaled the web pods to 0, and nobody has scaled them up since. */
export const isAsleep = (deployment: V1Deployment | undefined): boolean =>
  deployment?.spec?.replicas === 0 && isSizeOurs(deployment);

/**
 * Whether somebody else has scaled the web pods to 0. After `kubectl scale` nobody owns the field then: the API server's Scale object omits a 0,
 * so the managed fields omit it too.
 */
export const isScaledAway = (deployment: V1Deployment): boolean =>
  deployment.spec?.replicas === 0 && !isSizeOurs(deployment);

/** The number of web pods before hibernation. Undefined if there were none. */
export function sizeBeforeHibernation(deployment: V1Deployment | undefined): number | undefined {
  const size = Number(deployment?.metadata?.annotations?.[FACT.size]);
  if (Number.isInteger(size) && size > 0) return size;
  return isAsleep(deployment) ? undefined : deployment?.spec?.replicas;
}

/**
 * The number of web pods that the operator sets once, and then leaves to the autoscaler. Undefined if it sets none.
 *
 * 1. The app fixes the number or hibernates: undefined. The operator keeps the field.
 * 2. Nobody owns the field, as after the Deployment was created: the minimum.
 * 3. The operator owns it, as after the app fixed the number: the present number, or after hibernation the number before it. The bounds of the
 *    operator's autoscaler apply, those of another autoscaler are its own affair.
 * 4. Somebody scaled to 0: the minimum of the operator's autoscaler, which does nothing at 0. Another autoscaler may want 0: undefined.
 * 5. Somebody else owns the field: undefined.
 */
export function replicasToHandOver(app: CompleteApp, deployment: V1Deployment | undefined): number | undefined {
  if (fixedReplicas(app) !== undefined || !deployment) return undefined;
  const { mode, minReplicas, maxReplicas } = app.spec.autoscaling;
  if (isScaledAway(deployment)) return wantsAutoscaler(app) ? minReplicas : undefined;
  if (isOwned(deployment as KubeObject, REPLICAS) && !isSizeOurs(deployment)) return undefined;
  const now = isAsleep(deployment) ? sizeBeforeHibernation(deployment) : deployment.spec?.replicas;
  if (mode === 'External' && isSizeOurs(deployment)) return now ?? minReplicas;
  return Math.min(Math.max(now ?? minReplicas, minReplicas), maxReplicas);
}
