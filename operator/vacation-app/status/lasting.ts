import { isStalled, REASON } from '../../api/reasons.ts';
import type { VacationApp } from '../../api/vacation-app.ts';
import type { Finding } from '../../api/conditions.ts';
import { observedGenerationOf } from './observed-generation.ts';

/** What a pod that tries again is told as, and what it is once the kubelet has backed off. */
const LASTING: ReadonlyMap<string, string> = new Map([
  [REASON.imagePullRetrying, REASON.imagePullFailed],
  [REASON.containerRestarting, REASON.containerFailing],
]);

/** The reason that lasts; that of anything else is its own. */
export const lastingReason = (reason: string): string => LASTING.get(reason) ?? reason;

/**
 * The kubelet alternates: it backs off, tries again, backs off for longer. After its first back-off the reason stays the one that somebody
 * has to act upon, through every further attempt, until the pod is ready or another spec is declared.
 */
export function lasting(finding: Finding, app: VacationApp): Finding {
  const reason = lastingReason(finding.reason);
  const before = app.status?.conditions?.find(({ type }) => type === finding.type);
  const isKnown = before?.reason === reason && before.observedGeneration === observedGenerationOf(app);
  return isKnown && isStalled(reason) ? { ...finding, reason } : finding;
}
