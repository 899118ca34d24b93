import { REASON } from '../../api/reasons.ts';
import { CONDITION, type VacationApp } from '../../api/vacation-app.ts';
import type { Condition } from '../../api/conditions.ts';

/** The state of an app in one word, the most urgent first. */
export const HEALTHS = ['Stalled', 'Reconciling', 'New', 'Deleting', 'Ready', 'Hibernated'] as const;
export type Health = (typeof HEALTHS)[number];

/** How something is marked: `bad` needs somebody, `busy` is expected to pass. */
export type Tone = 'bad' | 'busy' | 'good' | 'quiet';

export const TONES: Readonly<Record<Health, Tone>> = {
  Stalled: 'bad',
  Reconciling: 'busy',
  New: 'busy',
  Deleting: 'busy',
  Ready: 'good',
  Hibernated: 'quiet',
};

export const conditionOf = ({ status }: VacationApp, type: string): Condition | undefined =>
  status?.conditions?.find((condition) => condition.type === type);

const isTrue = (app: VacationApp, type: string): boolean => conditionOf(app, type)?.status === 'True';

export function healthOf(app: VacationApp): Health {
  if (app.metadata.deletionTimestamp !== undefined) return 'Deleting';
  if ((app.status?.conditions ?? []).length === 0) return 'New';
  if (isTrue(app, CONDITION.stalled)) return 'Stalled';
  if (isTrue(app, CONDITION.reconciling) || !isTrue(app, CONDITION.ready)) return 'Reconciling';
  return conditionOf(app, CONDITION.ready)?.reason === REASON.hibernated ? 'Hibernated' : 'Ready';
}

/** The condition that explains the state. Undefined for a new app. */
export const causeOf = (app: VacationApp): Condition | undefined =>
  [CONDITION.stalled, CONDITION.reconciling]
    .map((type) => conditionOf(app, type))
    .find((condition) => condition?.status === 'True') ?? conditionOf(app, CONDITION.ready);
