import { isWarning, REASONS, stallsLater } from '../../operator/api/reasons.ts';

const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

const KINDS = { ok: 'Fine', reconciling: 'Reconciling', aside: 'Information' };

/** A page of Markdown about every reason of conditions and events. */
export function conditionsReference(): string {
  const all = Object.entries(REASONS);
  const warnings = Object.keys(REASONS).filter(isWarning);
  const late = Object.keys(REASONS).filter((name) => stallsLater(name) && !isWarning(name));
  return [
    '# Conditions and events: reference of their reasons',
    '<!-- Generated from operator/api/reasons.ts by `npm run docs`. -->',
    'The [types of conditions](operate.md#conditions) say whether something holds. Their reasons say why. The message of a condition says what to do in your case.',
    'Each reason has a kind:',
    [
      '- **stalled**: somebody has to act. `Stalled` is true, and a Warning event says so.',
      '- **reconciling**: the operator is at work, or waits for something that comes by itself. Some of these become stalled if they last.',
      '- **fine**: as it should be.',
      '- **information**: of a condition that does not gate `Ready`.',
    ].join('\n'),
    '## Reasons of conditions',
    ...all.flatMap(([name, reason]) =>
      reason.kind === 'event'
        ? []
        : [`### ${name}`, `_${kindOf(reason)}. Conditions: ${code(reason.of)}._`, reason.meaning],
    ),
    '## Reasons of events',
    'Normal events:',
    all.flatMap(([name, { kind, meaning }]) => (kind === 'event' ? [`- \`${name}\`: ${meaning}`] : [])).join('\n'),
    'Warning events have the message of the condition:',
    [
      `- When one of these becomes the reason of \`Ready\`: ${code(warnings.filter((name) => name !== 'FieldContested').sort())}.`,
      '- When `FieldContested` becomes the reason of `Reconciling`.',
      `- When one of these becomes the reason of \`Stalled\`: ${code(late)}.`,
    ].join('\n'),
  ]
    .join('\n\n')
    .concat('\n');
}

type Documented = Exclude<(typeof REASONS)[keyof typeof REASONS], { readonly kind: 'event' }>;

function kindOf(reason: Documented): string {
  if (reason.kind === 'stalled') return `Stalled, ${reason.after}`;
  const later = 'stalledAfter' in reason ? `, stalled after ${reason.stalledAfter}` : '';
  return `${KINDS[reason.kind]}${later}`;
}
