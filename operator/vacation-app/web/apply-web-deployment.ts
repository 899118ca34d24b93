import type { CompleteApp } from '../../api/defaults.ts';
import type { Cluster } from '../../runtime/apply/cluster.ts';
import { applyChild } from '../children/apply-child.ts';
import { DEPLOYMENT } from '../kinds.ts';
import { childName, HANDOVER_MANAGER } from '../names.ts';
import type { Plan } from '../plan.ts';
import { isAsleep, isSizeOurs, replicasToHandOver } from './replicas.ts';
import { desiredChild, type Desired } from '../children/child.ts';
import { webDeployment } from './web-deployment.ts';

/**
 * Applies the Deployment. When `spec.replicas` passes to the autoscaler, the field always has an owner (the API server would default it to 1),
 * and we do not write it afterwards.
 *
 * 1. To wake a hibernated app, first apply everything except the number, so that no pod of an older template starts.
 * 2. `HANDOVER_MANAGER` takes the field before `FIELD_MANAGER` drops it, or after the Deployment was created without it.
 */
export async function applyWebDeployment(
  { app, facts }: Plan,
  desired: Desired,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<void> {
  const live = cluster.store(DEPLOYMENT).get(app.metadata.namespace ?? '', childName(app, 'web'));
  if (isAsleep(live)) {
    const hibernated: CompleteApp = { ...app, spec: { ...app.spec, mode: 'Hibernated' } };
    const sleeping = desiredChild({ step: 'web', kind: DEPLOYMENT, build: webDeployment }, hibernated, facts);
    if (sleeping) await applyChild(app, sleeping, cluster, signal);
  }
  await handOverReplicas(app, cluster, signal);
  await applyChild(app, desired, cluster, signal);
  await handOverReplicas(app, cluster, signal);
}

/**
 * Passes `spec.replicas` to the autoscaler. If we own the field, the resource version is a precondition, so that we never take the field from
 * somebody else.
 */
async function handOverReplicas(app: CompleteApp, cluster: Cluster, signal: AbortSignal): Promise<void> {
  const live = cluster.store(DEPLOYMENT).get(app.metadata.namespace ?? '', childName(app, 'web'));
  const replicas = replicasToHandOver(app, live);
  if (replicas === undefined || !live) return;
  const { name, namespace = '', uid = '', resourceVersion = '' } = live.metadata;
  const part = {
    apiVersion: DEPLOYMENT.apiVersion,
    kind: DEPLOYMENT.kind,
    metadata: { name, namespace, uid, ...(isSizeOurs(live) ? { resourceVersion } : {}) },
    spec: { replicas },
  };
  await cluster.applyPart(DEPLOYMENT, part, { manager: HANDOVER_MANAGER, signal });
}
