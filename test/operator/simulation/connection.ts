import type { ApiClient, ApiRequest } from '../../../operator/runtime/client/api-client.ts';
import type { KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { isSelected, type Happening, type Place } from './api-model.ts';

/** A request that is under way, and its answer once there is one. */
export interface Pending {
  readonly request: ApiRequest;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
  answer?: { readonly value: unknown } | { readonly error: Error };
}

export interface Watch {
  readonly plural: string;
  readonly query: ApiRequest['query'];
  next: number;
  heard: boolean;
  wake: (event: object | undefined) => void;
}

interface Told {
  readonly type: string;
  readonly object: KubeObject;
  readonly index: number;
}

/** What a connection needs of the API server. */
interface Source {
  readonly history: readonly Happening[];
  parse(path: string): Place | undefined;
}

/** One process' requests and watches: nothing of them moves until somebody says so. */
export class Connection {
  readonly client: ApiClient;
  readonly watches: Watch[] = [];
  pending: Pending[] = [];
  readonly #source: Source;
  /** What has been watched at least once. */
  readonly #wanted = new Set<string>();

  constructor(source: Source) {
    this.#source = source;
    this.client = {
      request: <T>(request: ApiRequest) =>
        new Promise<T>((resolve, reject) => {
          this.pending.push({ request, resolve: resolve as (answer: unknown) => void, reject });
        }),
      stream: <T>(request: ApiRequest) => this.#stream(request) as AsyncGenerator<T, void, undefined>,
      reconnect: () => undefined,
    };
  }

  /** Whether nothing is under way, and everything has been told that happened. */
  get isIdle(): boolean {
    const open = new Set(this.watches.map(nameOf));
    return (
      this.pending.length === 0 &&
      [...this.#wanted].every((name) => open.has(name)) &&
      this.watches.every((watch) => this.undelivered(watch) === undefined)
    );
  }

  answer(pending: Pending): void {
    this.pending = this.pending.filter((candidate) => candidate !== pending);
    if (pending.answer === undefined) return;
    if ('error' in pending.answer) pending.reject(pending.answer.error);
    else pending.resolve(pending.answer.value);
  }

  /** What the watch is to be told next. */
  undelivered(watch: Watch): Told | undefined {
    const { history } = this.#source;
    for (let index = watch.next; index < history.length; index += 1) {
      const happening = history[index];
      const event = happening && eventOf(happening, watch);
      if (event) return { ...event, index };
      watch.next = index + 1;
    }
    return undefined;
  }

  tell(watch: Watch, event: Told): void {
    watch.next = event.index + 1;
    watch.heard = true;
    watch.wake({ type: event.type, object: event.object });
  }

  /** Ends the watch, after a last event where there is one. */
  end(watch: Watch, last?: object): void {
    this.watches.splice(this.watches.indexOf(watch), 1);
    watch.wake(last);
  }

  async *#stream({ path, query }: ApiRequest): AsyncGenerator<object, void, undefined> {
    const from = Number(query?.resourceVersion);
    const { history } = this.#source;
    const next = history.findIndex(({ version }) => version > from);
    const watch: Watch = {
      plural: this.#source.parse(path)?.plural ?? '',
      query,
      next: next < 0 ? history.length : next,
      heard: false,
      wake: () => undefined,
    };
    let isOpen = false;
    for (;;) {
      const event = await new Promise<object | undefined>((resolve) => {
        watch.wake = resolve;
        if (!isOpen) this.watches.push(watch);
        isOpen = true;
        this.#wanted.add(nameOf(watch));
      });
      if (event === undefined) return;
      yield event;
    }
  }
}

const nameOf = ({ plural, query }: Watch): string => `${plural} ${String(query?.labelSelector)}`;

/** What a watch would be told of it: an object that comes into what the watch selects is added, one that leaves it is deleted. */
function eventOf(
  { plural, before, after, version }: Happening,
  watch: Watch,
): { type: string; object: KubeObject } | undefined {
  if (plural !== watch.plural) return undefined;
  const was = before !== undefined && isSelected(before.metadata, watch.query);
  const is = after !== undefined && isSelected(after.metadata, watch.query);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object: after };
  if (!was) return undefined;
  return { type: 'DELETED', object: { ...before, metadata: { ...before.metadata, resourceVersion: String(version) } } };
}
