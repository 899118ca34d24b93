import { ANNOTATION, type VacationApp } from '../../api/vacation-app.ts';
import { changeVerb, followBy, type Change } from '../change-verb.ts';
import type { Context } from '../context.ts';
import { restarted } from '../model/goal.ts';
import type { Verb } from '../verb.ts';

export const restart = (context: Context): Verb =>
  changeVerb(
    context,
    {
      name: 'restart',
      summary: 'Replace the web pods of an app, a few at a time',
      description: `Sets the annotation ${ANNOTATION.restart} to the time. The app serves meanwhile; MySQL is left alone.`,
      examples: [
        ['Replace the web pods', 'kubectl vacation restart milky-way'],
        ['Replace the web pods, and wait until all are new', 'kubectl vacation restart milky-way --wait'],
      ],
    },
    restarting,
  );

export function restarting(app: VacationApp, now: Date): Change {
  if (app.spec.mode === 'Hibernated') return { needless: 'it is hibernated, so no web pod runs' };
  const value = now.toISOString();
  return {
    patch: { metadata: { annotations: { [ANNOTATION.restart]: value } } },
    done: 'restarted',
    next: `The web pods are replaced, a few at a time. Follow it: ${followBy(app)}`,
    goal: restarted(value),
  };
}
