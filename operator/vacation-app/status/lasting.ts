import { REASON } from '../../api/reasons.ts';
import type { VacationApp } from '../../api/vacation-app.ts';
import type { Finding } from '../../api/conditions.ts';
import { observedGenerationOf } from './observed-generation.ts';

/** The reason while a container is tried again, and the reason that replaces it after the kubelet's first back-off. */
const LASTING: ReadonlyMap<string, string> = new Map([
  [REASON.imagePullRetrying, REASON.imagePullFailed],
  [REASON.containerRestarting, REASON.containerFailing],
]);

/**
 * The kubelet tries again after pauses that grow. After its first back-off the lasting reason stays through every further attempt, until
 * the pod is ready or the spec changes.
 */
export function lasting(finding: Finding, app: VacationApp): Finding {
  const reason = LASTING.get(finding.reason);
  const before = app.status?.conditions?.find(({ type }) => type === finding.type);
  const isKnown = before?.reason === reason && before?.observedGeneration === observedGenerationOf(app);
  return reason !== undefined && isKnown ? { ...finding, reason } : finding;
}
