import type { VacationApp } from '../../api/vacation-app.ts';
import { changeVerb, followBy, type Change } from '../change-verb.ts';
import type { Context } from '../context.ts';
import { ready } from '../model/goal.ts';
import type { Verb } from '../verb.ts';

export const wake = (context: Context): Verb =>
  changeVerb(
    context,
    {
      name: 'wake',
      summary: 'Run a hibernated app again',
      description:
        'Sets spec.mode to Running. Where the spec is kept in Git, change it there: what applies it would set it back.',
      examples: [
        ['Run an app again', 'kubectl vacation wake milky-way'],
        ['Run an app again, and wait until it serves', 'kubectl vacation wake milky-way --wait --timeout 10m'],
      ],
    },
    waking,
  );

export function waking(app: VacationApp): Change {
  if (app.spec.mode !== 'Hibernated') return { needless: 'it is not hibernated' };
  return {
    patch: { spec: { mode: 'Running' } },
    done: 'woken',
    next: `MySQL starts, then as many web pods as before. Follow it: ${followBy(app)}`,
    goal: ready,
  };
}
