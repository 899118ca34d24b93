import type { Condition } from '../../api/conditions.ts';
import { CONDITION, type VacationApp } from '../../api/vacation-app.ts';
import { adviceOf, toneOf, type Advice } from './advice.ts';
import type { Tone } from './health.ts';
import { shownTime, type ShownTime } from './times.ts';

/** Conditions that say the same, by reason and message. */
export interface ConditionGroup extends Advice {
  readonly conditions: readonly { readonly type: string; readonly status: string }[];
  readonly reason: string;
  readonly message: string;
  readonly tone: Tone;
  /** When the latest of them last changed its status. */
  readonly since: ShownTime | undefined;
}

const ORDER: readonly Tone[] = ['bad', 'busy', 'quiet', 'good'];
/** As it should be while False; the others while True. */
const ALARMS: readonly string[] = [CONDITION.stalled, CONDITION.reconciling, CONDITION.updateAvailable];

/** The conditions of an app with what to do about each, the most urgent first. */
export function conditionGroups({ status }: VacationApp, now: Date): ConditionGroup[] {
  const groups = new Map<string, Condition[]>();
  for (const condition of status?.conditions ?? []) {
    const key = `${condition.reason}\n${condition.message}`;
    groups.set(key, [...(groups.get(key) ?? []), condition]);
  }
  return [...groups.values()]
    .map((conditions) => groupOf(conditions, now))
    .sort((one, other) => ORDER.indexOf(one.tone) - ORDER.indexOf(other.tone));
}

function groupOf(conditions: readonly Condition[], now: Date): ConditionGroup {
  const [first] = conditions;
  const { reason = '', message = '' } = first ?? {};
  const latest = conditions.map(({ lastTransitionTime }) => lastTransitionTime).sort().at(-1); // prettier-ignore
  return {
    conditions: conditions.map(({ type, status }) => ({ type, status })),
    reason,
    message,
    tone: toneOfGroup(conditions, reason),
    since: shownTime(latest, now),
    ...adviceOf(reason),
  };
}

function toneOfGroup(conditions: readonly Condition[], reason: string): Tone {
  if (conditions.some(({ type, status }) => type === CONDITION.stalled && status === 'True')) return 'bad';
  const tone = toneOf(reason);
  if (tone !== 'quiet') return tone;
  const isFine = conditions.every(({ type, status }) => status === (ALARMS.includes(type) ? 'False' : 'True'));
  return isFine ? 'good' : 'quiet';
}
