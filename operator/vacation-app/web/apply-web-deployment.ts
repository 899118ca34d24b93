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
 * Applies the Deployment and, where the number of its pods changes hands, sees that it is never without an owner (the API
 * server would take 1), and never written once it is the autoscaler's.
 *
 * 1. Asleep and to be woken: first everything but the number, so that no pod of an older template starts.
 * 2. The number goes to `HANDOVER_MANAGER` before `FIELD_MANAGER` lets go of it, or after a creation without it.
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

/** Gives the number of web pods to whoever scales them: taken from ourselves as it was when looked at, never from somebody who has taken it since. */
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
