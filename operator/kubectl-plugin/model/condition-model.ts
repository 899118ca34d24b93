import type { Condition } from '../../api/conditions.ts';
import { adviceOf, REASONS, type ReasonName } from '../../api/reasons.ts';
import { CONDITION } from '../../api/vacation-app.ts';
import type { Mark } from '../text/mark.ts';

export interface ConditionModel {
  readonly type: string;
  readonly status: Condition['status'];
  readonly reason: string;
  readonly message: string;
  readonly since: string;
  readonly mark: Mark;
  /** What the reason means and what to do, from the table of reasons. Absent where all is well, or the reason is unknown to this version. */
  readonly advice?: string;
  /** Whether it is of the current spec. */
  readonly isCurrent: boolean;
}

/** `stalled` is the condition `Stalled` of the app, if it is there: what has its reason needs somebody, too. */
export function conditionModel(
  condition: Condition,
  generation: number | undefined,
  stalled?: Condition,
): ConditionModel {
  const { type, status, reason, message, lastTransitionTime, observedGeneration } = condition;
  const mark = markOf(condition, stalled);
  const advice = mark === 'good' ? undefined : adviceOf(reason);
  return {
    type,
    status,
    reason,
    message,
    since: lastTransitionTime,
    mark,
    ...(advice === undefined ? {} : { advice }),
    isCurrent: generation === undefined || observedGeneration >= generation,
  };
}

function markOf({ type, status, reason }: Condition, stalled: Condition | undefined): Mark {
  if (type === CONDITION.updateAvailable) return 'quiet';
  if (type === CONDITION.stalled) return 'bad';
  if (type === CONDITION.reconciling) return 'busy';
  if (status === 'True') return 'good';
  const kind = reason in REASONS ? REASONS[reason as ReasonName].kind : undefined;
  if (kind === 'stalled' || reason === stalled?.reason) return 'bad';
  return kind === 'ok' ? 'quiet' : 'busy';
}

export type Health = 'Ready' | 'Hibernated' | 'Progressing' | 'Stalled' | 'Unknown';

/** The state of an app in one word, from its root conditions. `Unknown`: the operator has not answered. */
export function healthOf(conditions: readonly Condition[]): { readonly health: Health; readonly mark: Mark } {
  const has = (type: string): boolean => conditions.some((one) => one.type === type && one.status === 'True');
  const ready = conditions.find(({ type }) => type === CONDITION.ready);
  if (has(CONDITION.stalled)) return { health: 'Stalled', mark: 'bad' };
  if (ready?.status === 'True') {
    return ready.reason === 'Hibernated' ? { health: 'Hibernated', mark: 'quiet' } : { health: 'Ready', mark: 'good' };
  }
  return ready ? { health: 'Progressing', mark: 'busy' } : { health: 'Unknown', mark: 'busy' };
}
