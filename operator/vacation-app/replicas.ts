import type { V1Deployment } from '@kubernetes/client-node';
import type { CompleteApp } from '../api/defaults.ts';
import { isOwned, owns } from '../runtime/owned-fields.ts';
import type { KubeObject } from '../runtime/kinds.ts';
import { FIELD_MANAGER } from './names.ts';

const REPLICAS = ['spec', 'replicas'];

/**
 * The number of web pods to hand to the autoscaler, or undefined when there is nothing to hand over.
 *
 * 1. The app fixes the number: nothing; it is ours.
 * 2. Nobody owns it, as after the creation without it: the first value.
 * 3. We own it, as after a time of a fixed number: what it is now, so that it is not lost when we let go of it.
 * 4. Somebody else owns it: it is theirs.
 */
export function replicasToHandOver(app: CompleteApp, deployment: V1Deployment | undefined): number | undefined {
  if (app.spec.replicas !== undefined || !deployment) return undefined;
  const live = deployment as KubeObject;
  if (isOwned(live, REPLICAS) && !owns(live, FIELD_MANAGER, REPLICAS)) return undefined;
  const { minReplicas, maxReplicas } = app.spec.autoscaling;
  return Math.min(Math.max(deployment.spec?.replicas ?? minReplicas, minReplicas), maxReplicas);
}
