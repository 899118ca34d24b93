import { isPaused } from '../../api/paused.ts';
import { ANNOTATION, type VacationApp } from '../../api/vacation-app.ts';
import { changeVerb, followBy, type Change } from '../change-verb.ts';
import type { Context } from '../context.ts';
import type { Verb } from '../verb.ts';

export const resume = (context: Context): Verb =>
  changeVerb(
    context,
    {
      name: 'resume',
      summary: 'Have the operator look after a paused app again',
      description: `Removes the annotation ${ANNOTATION.paused}.`,
      examples: [['Look after an app again', 'kubectl vacation resume milky-way']],
    },
    resuming,
    false,
  );

export function resuming(app: VacationApp): Change {
  if (!isPaused(app)) return { needless: 'it is not paused' };
  return {
    patch: { metadata: { annotations: { [ANNOTATION.paused]: null } } },
    done: 'resumed',
    next: `The operator puts back what differs from the spec. Follow it: ${followBy(app)}`,
  };
}
