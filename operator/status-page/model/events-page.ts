import type { CoreV1Event, V1ObjectReference } from '@kubernetes/client-node';
import { VACATION_APP } from '../../api/vacation-app.ts';
import { DATABASE_KINDS } from '../../vacation-app/database/database.ts';
import { TASKS } from '../../vacation-app/tasks/tasks.ts';
import { shownTime, type ShownTime } from './times.ts';

/** What was read of the events of a namespace. */
export interface NamespaceEvents {
  readonly events: readonly CoreV1Event[];
  /** Whether the namespace has more events than were read. */
  readonly isCut: boolean;
}

export interface EventRow {
  readonly isWarning: boolean;
  readonly reason: string;
  /** `Kind/name`. */
  readonly object: string;
  readonly message: string;
  readonly count: number;
  readonly last: ShownTime | undefined;
}

export interface EventsPage {
  readonly rows: readonly EventRow[];
  /** Sentences about what is left out. */
  readonly omissions: readonly string[];
}

const MOST_SHOWN = 100;

/** The events about an app, its children and their pods, the latest first. `names` are those of all apps of the namespace. */
export function eventsPage(
  { events, isCut }: NamespaceEvents,
  name: string,
  names: readonly string[],
  now: Date,
): EventsPage {
  const found = events
    .filter(({ involvedObject }) => appOf(involvedObject, names) === name)
    .sort((one, other) => timeOf(other).getTime() - timeOf(one).getTime());
  const isShort = found.length > MOST_SHOWN;
  return {
    rows: found.slice(0, MOST_SHOWN).map((event) => rowOf(event, now)),
    omissions: [
      ...(isShort ? [`These are the latest ${MOST_SHOWN} of ${found.length} events.`] : []),
      ...(isCut
        ? [`The namespace has more than the ${events.length} events that were read, so some may be missing here.`]
        : []),
    ],
  };
}

const rowOf = (event: CoreV1Event, now: Date): EventRow => ({
  isWarning: event.type === 'Warning',
  reason: event.reason ?? '',
  object: `${event.involvedObject.kind ?? ''}/${event.involvedObject.name ?? ''}`,
  message: event.message ?? '',
  count: event.count ?? event.series?.count ?? 1,
  last: shownTime(timeOf(event), now),
});

const PARTS = ['credentials', 'web', ...DATABASE_KINDS.flatMap(({ components }) => components), ...TASKS.map(({ name }) => name)]; // prettier-ignore
/** What follows the app's name in the names of its children and their pods. */
const CHILD = new RegExp(`^-(?:${PARTS.join('|')})(?:-|$)`);

/** The app that an object is, or belongs to by the name of a child. If the names of several apps fit, it is the longest. */
function appOf({ kind, name: object = '' }: V1ObjectReference, names: readonly string[]): string | undefined {
  const isChild = (name: string, of: string): boolean => of.startsWith(name) && CHILD.test(of.slice(name.length));
  const fits = (name: string): boolean =>
    kind === VACATION_APP.kind ? object === name : isChild(name, object.replace(/^data-/, '')) || isChild(name, object);
  return names.filter(fits).sort((one, other) => other.length - one.length)[0];
}

const timeOf = ({ lastTimestamp, series, eventTime, metadata }: CoreV1Event): Date =>
  new Date(series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? 0);
