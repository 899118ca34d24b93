import type { ApiClient, ApiRequest } from '../../operator/runtime/client/api-client.ts';
import type { KubeObject } from '../../operator/runtime/client/kinds.ts';

/** Lists and watches of any collection, each by its path. What is not said of a path is an empty list, whose watch stays silent. */
export class WatchedApi implements ApiClient {
  readonly lists = new Map<string, readonly KubeObject[]>();
  /** What a list or watch of the path fails with; `silent` leaves it unanswered. */
  readonly faults = new Map<string, Error | 'silent'>();
  /** The paths of the requests that failed with a fault. */
  readonly failed: string[] = [];
  /** The kinds that discovery knows. */
  resources: readonly { readonly name: string }[] = [];
  readonly writes: ApiRequest[] = [];
  #connections = new AbortController();

  async request<T>(request: ApiRequest): Promise<T> {
    if (request.method !== 'GET') {
      this.writes.push(request);
      return request.body as T;
    }
    await this.#fail(request);
    return {
      metadata: { resourceVersion: '10' },
      items: this.lists.get(request.path) ?? [],
      resources: this.resources,
    } as T;
  }

  async *stream<T>(request: ApiRequest): AsyncGenerator<T, void, undefined> {
    const { signal } = this.#connections;
    await this.#fail(request);
    yield { type: 'BOOKMARK', object: { metadata: { resourceVersion: '11' } } } as T;
    await aborted(AbortSignal.any([signal, ...(request.signal ? [request.signal] : [])]));
  }

  reconnect(): void {
    this.#connections.abort();
    this.#connections = new AbortController();
  }

  async #fail({ path, signal }: ApiRequest): Promise<void> {
    const fault = this.faults.get(path);
    if (fault === 'silent') await aborted(signal);
    else if (fault) {
      this.failed.push(path);
      throw fault;
    }
  }
}

/** Rejects when the signal aborts. */
const aborted = (signal: AbortSignal | undefined): Promise<never> =>
  new Promise((_, reject) => {
    const fail = (): void => reject(new Error('aborted'));
    if (signal?.aborted === true) fail();
    signal?.addEventListener('abort', fail, { once: true });
  });
