import type { V1PersistentVolumeClaim } from '@kubernetes/client-node';
import type { Cluster } from '../../../runtime/apply/cluster.ts';
import type { KubeObject } from '../../../runtime/client/kinds.ts';
import { applyDataHolder } from '../../children/apply-child.ts';
import { VOLUME_CLAIM } from '../../kinds.ts';
import type { Plan } from '../../plan.ts';
import { grownTo, growthError, partOfVolume } from './volume.ts';
import { volumeRecordOf } from './volume-record.ts';

/**
 * First who the volume goes with and what it remembers; then how large it is, which may be refused.
 *
 * `claim` may be one that the cache does not know.
 */
export async function applyVolume(
  { app, observed, migration, facts }: Plan,
  claim: V1PersistentVolumeClaim | undefined,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<void> {
  if (!claim || claim.metadata?.deletionTimestamp !== undefined) return;
  const live = claim as V1PersistentVolumeClaim & KubeObject;
  const record = volumeRecordOf(app, { ...observed, volumeClaim: claim }, migration, facts);
  const part = partOfVolume(app, live, record);
  if (part) await applyDataHolder(app, VOLUME_CLAIM, live, part, cluster, signal);
  const size = grownTo(app, live);
  const grown = size === undefined ? undefined : partOfVolume(app, live, record, size);
  if (!grown) return;
  try {
    await applyDataHolder(app, VOLUME_CLAIM, live, grown, cluster, signal);
  } catch (error) {
    throw growthError(error, app, live);
  }
}
