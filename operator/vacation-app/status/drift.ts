import { messageOf, REASON } from '../../api/reasons.ts';
import { CONDITION, type Correction } from '../../api/vacation-app.ts';
import { findingOf, type Finding } from '../../api/conditions.ts';
import { WHOLE_OBJECT, type Corrected, type Drifted } from '../../runtime/apply/drift.ts';
import type { EventNote } from '../../runtime/telemetry/events.ts';

const MOST_REPORTED = 10;
const MOST_NAMED = 3;

/** The corrections that the status has, with the new ones added: the last ten, the latest first. `before` itself if there are no new ones. */
export function correctionsOf(before: readonly Correction[], corrected: readonly Corrected[]): readonly Correction[] {
  if (corrected.length === 0) return before;
  const all = [...before];
  for (const { object, field, manager, count, last } of corrected) {
    const index = all.findIndex((one) => one.object === object && one.field === field && one.manager === manager);
    const [known] = index < 0 ? [] : all.splice(index, 1);
    all.unshift({ object, field, manager, count: (known?.count ?? 0) + count, time: timestamp(last) });
  }
  return all.slice(0, MOST_REPORTED);
}

const timestamp = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;

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
