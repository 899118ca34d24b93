import { isPaused } from '../../api/paused.ts';
import { ANNOTATION, type VacationApp } from '../../api/vacation-app.ts';
import { changeVerb, type Change } from '../change-verb.ts';
import type { Context } from '../context.ts';
import type { Verb } from '../verb.ts';

export const pause = (context: Context): Verb =>
  changeVerb(
    context,
    {
      name: 'pause',
      summary: 'Have the operator change nothing of an app',
      description: `Sets the annotation ${ANNOTATION.paused}. What runs goes on; the status is kept up to date.`,
      examples: [['Leave an app alone while you repair it by hand', 'kubectl vacation pause milky-way']],
    },
    pausing,
    false,
  );

export function pausing(app: VacationApp): Change {
  if (isPaused(app)) return { needless: 'it is paused already' };
  return {
    patch: { metadata: { annotations: { [ANNOTATION.paused]: 'true' } } },
    done: 'paused',
    next: `The operator changes nothing of it until: kubectl vacation resume ${app.metadata.name} --namespace ${app.metadata.namespace ?? ''}`,
  };
}
