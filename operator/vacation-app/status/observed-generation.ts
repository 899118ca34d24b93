import { ANNOTATION, type VacationApp } from '../../api/vacation-app.ts';

export const isPaused = ({ metadata }: VacationApp): boolean => metadata.annotations?.[ANNOTATION.paused] === 'true';

/** Of a paused app the last generation that was acted upon: so nobody takes a change for done that waits. */
export function observedGenerationOf(app: VacationApp): number {
  const { generation = 0 } = app.metadata;
  const acted = app.status?.observedGeneration ?? -1;
  return isPaused(app) && acted >= 0 ? acted : generation;
}
