import type { V1Deployment } from '@kubernetes/client-node';
import { isHibernated, type CompleteApp } from '../../api/defaults.ts';
import { isOwned, owns } from '../../runtime/apply/owned-fields.ts';
import type { KubeObject } from '../../runtime/client/kinds.ts';
import { FACT, FIELD_MANAGER } from '../names.ts';

const REPLICAS = ['spec', 'replicas'];

/** The number of web pods where it is the app's to say; undefined where it is the autoscaler's, ours or another. */
export const fixedReplicas = (app: CompleteApp): number | undefined => (isHibernated(app) ? 0 : app.spec.replicas);

/** Whether the operator makes an autoscaler. */
export const wantsAutoscaler = (app: CompleteApp): boolean =>
  fixedReplicas(app) === undefined && app.spec.autoscaling.mode === 'Managed';

/** Whether the number is that of an autoscaler that is not the operator's, which may want none. */
export const isScaledByOthers = (app: CompleteApp): boolean =>
  fixedReplicas(app) === undefined && app.spec.autoscaling.mode === 'External';

/** Whether the number is ours: then no autoscaler may be there yet. */
export const isSizeOurs = (deployment: V1Deployment): boolean =>
  owns(deployment as KubeObject, FIELD_MANAGER, REPLICAS);

/** Whether hibernation has put the web pods to sleep, and nothing has woken them. */
export const isAsleep = (deployment: V1Deployment | undefined): boolean =>
  deployment?.spec?.replicas === 0 && isSizeOurs(deployment);

/**
 * Whether somebody else has set the number to none. After `kubectl scale` nobody owns it then: the API server's scale leaves a 0 out, of the
 * managed fields too.
 */
export const isScaledAway = (deployment: V1Deployment): boolean =>
  deployment.spec?.replicas === 0 && !isSizeOurs(deployment);

/** How many web pods there were before hibernation; undefined where there never were any. */
export function sizeBeforeHibernation(deployment: V1Deployment | undefined): number | undefined {
  const size = Number(deployment?.metadata?.annotations?.[FACT.size]);
  if (Number.isInteger(size) && size > 0) return size;
  return isAsleep(deployment) ? undefined : deployment?.spec?.replicas;
}

/**
 * The number of web pods to hand to whoever scales them, or undefined when there is nothing to hand over.
 *
 * 1. The app fixes the number, or hibernates: nothing; it is ours.
 * 2. Nobody owns it, as after the creation without it: the first value.
 * 3. We own it, as after a time of a fixed number: what it is now, so that it is not lost when we let go of it; after
 *    hibernation what it was before. Within the bounds of our autoscaler; another autoscaler has its own.
 * 4. Somebody has set it to 0: the fewest of our autoscaler, which is off at 0. Another autoscaler may want 0.
 * 5. Somebody else owns it: it is theirs.
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
