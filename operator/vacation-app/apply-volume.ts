import type { CompleteApp } from '../api/defaults.ts';
import type { Cluster } from '../runtime/cluster.ts';
import { applyKept } from './apply-child.ts';
import { VOLUME_CLAIM } from './kinds.ts';
import { volumeClaimName } from './names.ts';
import { growthError, partOfVolume } from './volume.ts';

/** Who the volume goes with, and how large it is; see `partOfVolume`. */
export async function applyVolume(app: CompleteApp, cluster: Cluster, signal: AbortSignal): Promise<void> {
  const live = cluster.store(VOLUME_CLAIM).get(app.metadata.namespace ?? '', volumeClaimName(app));
  if (!live || live.metadata.deletionTimestamp !== undefined) return;
  const part = partOfVolume(app, live);
  if (part === undefined) return;
  try {
    await applyKept(app, VOLUME_CLAIM, live, part, cluster, signal);
  } catch (error) {
    throw growthError(error, app, live);
  }
}
