import { ANNOTATION, CONDITION, type VacationApp } from '../../api/vacation-app.ts';
import { changeVerb, followBy, type Change } from '../change-verb.ts';
import type { Context } from '../context.ts';
import { updated } from '../model/goal.ts';
import type { Verb } from '../verb.ts';

export const update = (context: Context): Verb =>
  changeVerb(
    context,
    {
      name: 'update',
      summary: 'Move an app to the images and pod templates that its operator would choose now',
      description: `Sets the annotation ${ANNOTATION.update} to the time, where the condition UpdateAvailable is true. Images that the spec names stay.`,
      examples: [
        ['See what an update would change, and change nothing', 'kubectl vacation update milky-way --dry-run server'],
        ['Update an app, and wait until it serves', 'kubectl vacation update milky-way --wait'],
      ],
    },
    updating,
  );

export function updating(app: VacationApp, now: Date): Change {
  const available = app.status?.conditions?.find(({ type }) => type === CONDITION.updateAvailable);
  if (available?.status === 'False') return { needless: available.message };
  const changes = available === undefined ? '' : ` (${available.message.split(': set the image')[0] ?? ''})`;
  return {
    patch: { metadata: { annotations: { [ANNOTATION.update]: now.toISOString() } } },
    done: `updated${changes}`,
    next: `Pods whose image or template changes are replaced. Follow it: ${followBy(app)}`,
    goal: updated,
  };
}
