import type { CoreV1Event, V1ObjectReference } from '@kubernetes/client-node';
import { VACATION_APP } from '../../api/vacation-app.ts';
import type { ApiClient } from '../../runtime/client/api-client.ts';
import { pathOf } from '../../runtime/client/kinds.ts';
import { EVENT } from '../../vacation-app/kinds.ts';
import { shownTime, type ShownTime } from './times.ts';

export interface EventRow {
  readonly isWarning: boolean;
  readonly reason: string;
  /** `Kind/name`. */
  readonly object: string;
  readonly message: string;
  readonly count: number;
  readonly last: ShownTime | undefined;
}

const PAGE_SIZE = 500;
const MOST_PAGES = 4;
const MOST_SHOWN = 100;

interface EventList {
  readonly items: CoreV1Event[];
  readonly metadata?: { readonly continue?: string };
}

/** Reads the events of a namespace, at most 2,000. */
export async function readEvents(client: ApiClient, namespace: string): Promise<CoreV1Event[]> {
  const events: CoreV1Event[] = [];
  let next: string | undefined;
  for (let page = 0; page < MOST_PAGES && next !== ''; page += 1) {
    const list: EventList = await client.request<EventList>({
      method: 'GET',
      path: pathOf(EVENT, namespace),
      query: { limit: PAGE_SIZE, continue: next },
    });
    events.push(...list.items);
    next = list.metadata?.continue ?? '';
  }
  return events;
}

/** The events about an app, its children and their pods, the latest first. `names` are those of all apps of the namespace. */
export function eventRows(
  events: readonly CoreV1Event[],
  name: string,
  names: readonly string[],
  now: Date,
): EventRow[] {
  return events
    .filter(({ involvedObject }) => appOf(involvedObject, names) === name)
    .sort((one, other) => timeOf(other).getTime() - timeOf(one).getTime())
    .slice(0, MOST_SHOWN)
    .map((event) => ({
      isWarning: event.type === 'Warning',
      reason: event.reason ?? '',
      object: `${event.involvedObject.kind ?? ''}/${event.involvedObject.name ?? ''}`,
      message: event.message ?? '',
      count: event.count ?? event.series?.count ?? 1,
      last: shownTime(timeOf(event), now),
    }));
}

/** What follows the app's name in the names of its children and their pods. */
const CHILD = /^-(?:web|mysql|credentials|migrate|check)(?:-|$)/;

/** The app that an object is, or belongs to by the name of a child. If the names of several apps fit, it is the longest. */
function appOf({ kind, name: object = '' }: V1ObjectReference, names: readonly string[]): string | undefined {
  const isChild = (name: string, of: string): boolean => of.startsWith(name) && CHILD.test(of.slice(name.length));
  const fits = (name: string): boolean =>
    kind === VACATION_APP.kind ? object === name : isChild(name, object.replace(/^data-/, '')) || isChild(name, object);
  return names.filter(fits).sort((one, other) => other.length - one.length)[0];
}

const timeOf = ({ lastTimestamp, series, eventTime, metadata }: CoreV1Event): Date =>
  new Date(series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? 0);
