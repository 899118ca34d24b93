import type { VacationApp } from '../../api/vacation-app.ts';
import { changeVerb, followBy, type Change } from '../change-verb.ts';
import type { Context } from '../context.ts';
import { hibernated } from '../model/goal.ts';
import type { Verb } from '../verb.ts';

export const hibernate = (context: Context): Verb =>
  changeVerb(
    context,
    {
      name: 'hibernate',
      summary: 'Stop every pod of an app and keep its data',
      description:
        'Sets spec.mode to Hibernated. Where the spec is kept in Git, change it there: what applies it would set it back.',
      examples: [
        ['Stop an app', 'kubectl vacation hibernate milky-way'],
        ['Stop an app, and wait until nothing of it runs', 'kubectl vacation hibernate milky-way --wait'],
      ],
    },
    hibernation,
  );

export function hibernation(app: VacationApp): Change {
  if (app.spec.mode === 'Hibernated') return { needless: 'it is hibernated already' };
  return {
    patch: { spec: { mode: 'Hibernated' } },
    done: 'hibernated',
    next: `The web pods end, then MySQL; volume and credentials stay. Follow it: ${followBy(app, 'Hibernated')}`,
    goal: hibernated,
  };
}
