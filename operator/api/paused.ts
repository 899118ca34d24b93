import { ANNOTATION, type VacationApp } from './vacation-app.ts';

/** Whether the user has paused the operator for this app. */
export const isPaused = ({ metadata }: Pick<VacationApp, 'metadata'>): boolean =>
  metadata.annotations?.[ANNOTATION.paused] === 'true';
