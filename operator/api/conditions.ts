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

/** The limit of the API conventions. Messages quote other components, and the API server would refuse the whole status for a longer one. */
const LONGEST_MESSAGE = 32_768;

/**
 * Turns findings into conditions. `lastTransitionTime` changes only with `status`, so that an unchanged state results in an unchanged
 * status. A condition without a finding is removed.
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
    return {
      type,
      status,
      reason,
      message: message.slice(0, LONGEST_MESSAGE),
      observedGeneration: generation,
      lastTransitionTime,
    };
  });
}

export const findingOf = (type: string, status: boolean | 'Unknown', reason: string, message: string): Finding => ({
  type,
  status: status === 'Unknown' ? status : status ? 'True' : 'False',
  reason,
  message,
});
