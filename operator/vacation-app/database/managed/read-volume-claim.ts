import type { V1PersistentVolumeClaim } from '@kubernetes/client-node';
import type { CompleteApp } from '../../../api/defaults.ts';
import type { Cluster } from '../../../runtime/apply/cluster.ts';
import type { KubeObject } from '../../../runtime/client/kinds.ts';
import { assertOwned } from '../../children/ownership.ts';
import { VOLUME_CLAIM } from '../../kinds.ts';
import { volumeClaimName } from '../../names.ts';
import type { Observed } from '../../observe.ts';

/**
 * Finds the claim of the volume, also where the cache does not know it: it knows only what carries the app's label, and it may lag.
 *
 * @throws TerminalError where the claim is not the app's: MySQL would start on somebody else's volume.
 */
export async function readVolumeClaim(
  app: CompleteApp,
  observed: Observed,
  cluster: Cluster,
): Promise<V1PersistentVolumeClaim | undefined> {
  const { namespace = '' } = app.metadata;
  const volumeClaim: V1PersistentVolumeClaim | undefined =
    observed.volumeClaim ??
    (mustLook(observed) ? await cluster.read(VOLUME_CLAIM, namespace, volumeClaimName(app)) : undefined);
  if (volumeClaim) assertOwned(VOLUME_CLAIM, volumeClaim as KubeObject, app);
  return volumeClaim;
}

/** While MySQL starts, the claim may be about to be made and the watch will tell: no read for each event. */
function mustLook({ secret, statefulSet }: Observed): boolean {
  const isStarting = statefulSet?.spec?.replicas !== 0 && (statefulSet?.status?.readyReplicas ?? 0) === 0;
  return secret === undefined || statefulSet === undefined || !isStarting;
}
