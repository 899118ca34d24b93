/** A condition as the API conventions define it, in JSON form: its time is an RFC 3339 string. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
  readonly lastTransitionTime: string;
}

export type Finding = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** What the API conventions allow: others' words stand in messages, and one that is too long would have the whole status refused. */
const LONGEST_MESSAGE = 32_768;

/**
 * The findings as conditions. `lastTransitionTime` moves only when `status` does, so that writing the same state twice writes
 * the same bytes. A condition without a finding is gone.
 */
export function conditionsOf(
  findings: readonly Finding[],
  before: readonly Condition[],
  { now, generation }: { now: Date; generation: number },
): Condition[] {
  return findings.map(({ type, status, reason, message }) => {
    const known = before.find((condition) => condition.type === type);
    const lastTransitionTime =
      known?.status === status ? known.lastTransitionTime : `${now.toISOString().slice(0, 19)}Z`;
    const told = message.slice(0, LONGEST_MESSAGE);
    return { type, status, reason, message: told, observedGeneration: generation, lastTransitionTime };
  });
}

export const findingOf = (type: string, status: boolean | 'Unknown', reason: string, message: string): Finding => ({
  type,
  status: status === 'Unknown' ? status : status ? 'True' : 'False',
  reason,
  message,
});
