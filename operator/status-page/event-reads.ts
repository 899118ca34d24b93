import type { CoreV1Event } from '@kubernetes/client-node';
import type { ApiClient } from '../runtime/client/api-client.ts';
import { pathOf } from '../runtime/client/kinds.ts';
import { EVENT } from '../vacation-app/kinds.ts';
import type { NamespaceEvents } from './model/events-page.ts';
import { RefusedError } from './refused-error.ts';
import { singleFlight } from './single-flight.ts';
import { inTurn } from './turns.ts';

const PAGE_SIZE = 500;
const MOST_PAGES = 4;
/** How many namespaces are read at the same time, because each may take megabytes of memory. */
const MOST_AT_ONCE = 5;
const MOST_WAITING = 100;

/** Reads the events of a namespace, at most 2,000. Throws a RefusedError 503 if the API server does not answer. */
export type ReadEvents = (namespace: string) => Promise<NamespaceEvents>;

/** Requests for the same namespace at the same time share one read. */
export function createReadEvents(client: Pick<ApiClient, 'request'>): ReadEvents {
  const turn = inTurn(MOST_AT_ONCE, MOST_WAITING);
  return singleFlight((namespace) =>
    turn(async () => {
      try {
        return await readPages(client, namespace);
      } catch (cause) {
        throw new RefusedError(503, 'The API server did not answer with the events. Try again in a moment.', { cause });
      }
    }),
  );
}

interface EventList {
  readonly items: CoreV1Event[];
  readonly metadata?: { readonly continue?: string };
}

async function readPages(client: Pick<ApiClient, 'request'>, namespace: string): Promise<NamespaceEvents> {
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
  return { events, isCut: next !== '' };
}
