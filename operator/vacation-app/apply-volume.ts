import type { V1PersistentVolumeClaim } from '@kubernetes/client-node';
import type { CompleteApp } from '../api/defaults.ts';
import type { Cluster } from '../runtime/cluster.ts';
import type { KubeObject } from '../runtime/kinds.ts';
import { applyKept } from './apply-child.ts';
import { VOLUME_CLAIM } from './kinds.ts';
import type { Plan } from './plan.ts';
import { growthError, partOfVolume } from './volume.ts';
import { volumeRecordOf } from './volume-record.ts';

/** Who the volume goes with, how large it is, and what it remembers; see `partOfVolume`. */
export async function applyVolume(app: CompleteApp, plan: Plan, cluster: Cluster, signal: AbortSignal): Promise<void> {
  const { observed, migration, facts } = plan;
  const live = observed.volumeClaim as (V1PersistentVolumeClaim & KubeObject) | undefined;
  if (!live || live.metadata.deletionTimestamp !== undefined) return;
  const part = partOfVolume(app, live, volumeRecordOf(app, observed, migration, facts));
  if (part === undefined) return;
  try {
    await applyKept(app, VOLUME_CLAIM, live, part, cluster, signal);
  } catch (error) {
    throw growthError(error, app, live);
  }
}
