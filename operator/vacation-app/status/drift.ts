import { messageOf, REASON } from '../../api/reasons.ts';
import { CONDITION } from '../../api/vacation-app.ts';
import { findingOf, type Finding } from '../../api/conditions.ts';
import { WHOLE_OBJECT, type Drifted } from '../../runtime/apply/drift.ts';
import type { EventNote } from '../../runtime/telemetry/events.ts';

const MOST_NAMED = 3;

/** One event for the corrections since the last one. It contains no counts, so that Kubernetes counts a repeat as the same event. */
export function driftEvents(corrected: readonly Drifted[]): EventNote[] {
  if (corrected.length === 0) return [];
  const parts = corrected.map(({ object, field, manager }) =>
    field === WHOLE_OBJECT ? `${object}, which was deleted` : `${field} of ${object}, changed by ${manager}`,
  );
  return [{ type: 'Normal', reason: REASON.driftCorrected, message: `Put back ${listed(parts)}` }];
}

/** That somebody and the operator want different things: the app may serve, but is not what is declared. */
export function contestedFinding(contested: readonly Drifted[]): Finding | undefined {
  if (contested.length === 0) return undefined;
  const parts = contested.map(({ object, field, manager }) =>
    field === WHOLE_OBJECT ? `${object} (deleted by somebody)` : `${field} of ${object} (by ${manager})`,
  );
  const message = messageOf(REASON.fieldContested, { fields: listed(parts) });
  return findingOf(CONDITION.reconciling, true, REASON.fieldContested, message);
}

/** The first few, in an order that does not depend on when they happened. */
function listed(parts: readonly string[]): string {
  const sorted = [...parts].sort();
  const more = sorted.length - MOST_NAMED;
  return `${sorted.slice(0, MOST_NAMED).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}
