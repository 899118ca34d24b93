import type { V1PersistentVolumeClaim, V1Secret } from '@kubernetes/client-node';
import type { CompleteApp } from '../../../api/defaults.ts';
import type { Cluster } from '../../../runtime/apply/cluster.ts';
import type { KubeObject } from '../../../runtime/client/kinds.ts';
import { SECRET, VOLUME_CLAIM } from '../../kinds.ts';
import { credentialsName, volumeClaimName } from '../../names.ts';
import type { Observed } from '../../observe.ts';
import { assertOwned } from '../../children/ownership.ts';

/** The two objects without which an app's data are lost: the volume of its managed database and the Secret that holds the passwords. */
export interface DataObjects {
  readonly volumeClaim: V1PersistentVolumeClaim | undefined;
  readonly secret: V1Secret | undefined;
}

/**
 * Finds both, also where a cache does not know them: it knows only what carries the app's label, and it may lag.
 *
 * @throws TerminalError where the claim is not the app's: MySQL would start on somebody else's volume.
 */
export async function readDataObjects(app: CompleteApp, observed: Observed, cluster: Cluster): Promise<DataObjects> {
  const { namespace = '' } = app.metadata;
  const volumeClaim: V1PersistentVolumeClaim | undefined =
    observed.volumeClaim ??
    (mustLookForClaim(app, observed) ? await cluster.read(VOLUME_CLAIM, namespace, volumeClaimName(app)) : undefined);
  if (volumeClaim) assertOwned(VOLUME_CLAIM, volumeClaim as KubeObject, app);
  const mayBeUnknown = volumeClaim !== undefined && app.spec.credentials?.secretName === undefined;
  const secret: V1Secret | undefined =
    observed.secret ?? (mayBeUnknown ? await cluster.read(SECRET, namespace, credentialsName(app)) : undefined);
  return { volumeClaim, secret };
}

/** While MySQL starts, the claim may be about to be made and the watch will tell: no read for each event. */
function mustLookForClaim({ spec }: CompleteApp, { secret, statefulSet }: Observed): boolean {
  if (!spec.database.managed) return false;
  const isStarting = statefulSet?.spec?.replicas !== 0 && (statefulSet?.status?.readyReplicas ?? 0) === 0;
  return secret === undefined || statefulSet === undefined || !isStarting;
}
