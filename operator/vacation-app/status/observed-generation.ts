import { isPaused } from '../../api/paused.ts';
import type { VacationApp } from '../../api/vacation-app.ts';

/** The generation that the status reports. For a paused app it is the last one that was acted upon, because later changes still wait. */
export function observedGenerationOf(app: VacationApp): number {
  const { generation = 0 } = app.metadata;
  const acted = app.status?.observedGeneration ?? -1;
  return isPaused(app) && acted >= 0 ? acted : generation;
}
