import type { EventModel } from '../model/event-model.ts';
import { ageOf } from './age.ts';
import type { Style } from './mark.ts';
import { tableLines } from './table.ts';

export interface EventsTableOptions {
  readonly now: Date;
  readonly style: Style;
  readonly isWide: boolean;
  readonly hasNamespace: boolean;
}

export function eventsLines(events: readonly EventModel[], options: EventsTableOptions): string[] {
  const { now, style, isWide, hasNamespace } = options;
  const header = [
    ...(hasNamespace ? ['NAMESPACE'] : []),
    ...['LAST SEEN', 'TYPE', 'REASON', 'OBJECT'],
    ...(isWide ? ['SOURCE', 'COUNT'] : []),
    'MESSAGE',
  ];
  const rows = events.map(({ namespace, time, type, reason, object, source, count, message }) => [
    ...(hasNamespace ? [namespace] : []),
    ageOf(time, now),
    type === 'Warning' ? style.mark('busy', type) : type,
    reason,
    object,
    ...(isWide ? [source, String(count)] : []),
    message.replaceAll(/\s*\n\s*/g, ' '),
  ]);
  return tableLines(header, rows);
}
