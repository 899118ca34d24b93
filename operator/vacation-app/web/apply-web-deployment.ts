import type { CompleteApp } from '../../api/defaults.ts';
import type { Cluster } from '../../runtime/apply/cluster.ts';
import { UNKNOWN_MANAGER, type Drifted } from '../../runtime/apply/drift.ts';
import { ownerOf, readable } from '../../runtime/apply/owned-fields.ts';
import type { KubeObject } from '../../runtime/client/kinds.ts';
import { applyChild } from '../children/apply-child.ts';
import { DEPLOYMENT } from '../kinds.ts';
import { childName, FIELD_MANAGER, HANDOVER_MANAGER } from '../names.ts';
import type { Observed } from '../observe.ts';
import type { Plan } from '../plan.ts';
import { isAsleep, isScaledAway, isSizeOurs, replicasToHandOver } from './replicas.ts';
import { desiredChild, type Desired } from '../children/child.ts';
import { webDeployment } from './web-deployment.ts';

/**
 * Applies the Deployment. When `spec.replicas` passes to the autoscaler, the field always has an owner (the API server would default it to 1),
 * and we do not write it while the autoscaler works.
 *
 * 1. To wake a hibernated app, first apply everything except the number, so that no pod of an older template starts.
 * 2. `HANDOVER_MANAGER` takes the field before `FIELD_MANAGER` drops it, or after the Deployment was created without it. Somebody who has set
 *    it to 0, which switches the autoscaler off, is treated as drift (see `isScaledAway`).
 */
export async function applyWebDeployment(
  { app, facts, observed }: Plan,
  desired: Desired,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<void> {
  if (isAsleep(observed.deployment)) {
    const hibernated: CompleteApp = { ...app, spec: { ...app.spec, mode: 'Hibernated' } };
    const sleeping = desiredChild({ step: 'web', kind: DEPLOYMENT, build: webDeployment }, hibernated, facts);
    if (sleeping) await applyChild(app, sleeping, cluster, signal);
  }
  await handOverReplicas(app, observed, cluster, signal);
  await applyChild(app, desired, cluster, signal);
  await handOverReplicas(app, observed, cluster, signal);
}

/**
 * Passes `spec.replicas` to the autoscaler. If we take the field, from ourselves or from somebody who has set it to 0, the resource version is
 * a precondition, so that we never take it from somebody who has written it since.
 */
async function handOverReplicas(
  app: CompleteApp,
  observed: Observed,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<void> {
  const cached = cluster.store(DEPLOYMENT).get(app.metadata.namespace ?? '', childName(app, 'web'));
  const live = cached ?? (observed.deployment as KubeObject | undefined);
  const replicas = replicasToHandOver(app, live);
  if (replicas === undefined || !live) return;
  const drift = cluster.drift.of(app);
  const drifted = isScaledAway(live) ? scaledAwayOf(live) : undefined;
  if (drifted && drift.isBackedOff(drifted.object, drifted.field)) return;
  const { name, namespace = '', uid = '', resourceVersion = '' } = live.metadata;
  const isTaken = isSizeOurs(live) || drifted !== undefined;
  const part = {
    apiVersion: DEPLOYMENT.apiVersion,
    kind: DEPLOYMENT.kind,
    metadata: { name, namespace, uid, ...(isTaken ? { resourceVersion } : {}) },
    spec: { replicas },
  };
  await cluster.applyPart(DEPLOYMENT, part, { manager: HANDOVER_MANAGER, signal });
  if (drifted) drift.corrected(drifted);
}

function scaledAwayOf(live: KubeObject): Drifted {
  const path = ['f:spec', 'f:replicas'];
  const manager = ownerOf(live, path, [FIELD_MANAGER, HANDOVER_MANAGER]) ?? UNKNOWN_MANAGER;
  return { object: `${DEPLOYMENT.kind}/${live.metadata.name}`, field: readable(path), manager };
}
