import type { ApiClient, ApiRequest } from '../../operator/runtime/client/api-client.ts';
import { ApiError } from '../../operator/runtime/client/api-error.ts';
import type { KubeObject } from '../../operator/runtime/client/kinds.ts';

/** Objects by path, with the preconditions that the API server checks; faults come from `fault`. Watches tell what is written, where `isWatched`. */
export class FakeApi implements ApiClient {
  readonly objects = new Map<string, KubeObject & Record<string, unknown>>();
  readonly requests: ApiRequest[] = [];
  /** Throws, or waits, instead of the answer. */
  fault: ((request: ApiRequest) => unknown) | undefined;
  #version = 0;

  async request<T>(request: ApiRequest): Promise<T> {
    this.requests.push(request);
    await this.fault?.(request);
    return structuredClone(this.#answer(request)) as T;
  }

  isWatched = false;
  readonly #told = new EventTarget();

  async *stream<T>({ signal }: ApiRequest): AsyncGenerator<T, void, undefined> {
    if (!this.isWatched) throw new Error('nothing is watched here');
    for (const object of this.objects.values()) yield { type: 'ADDED', object } as T;
    while (signal?.aborted !== true) {
      const object = await new Promise((resolve) => {
        signal?.addEventListener('abort', resolve, { once: true });
        this.#told.addEventListener('write', (event) => resolve((event as CustomEvent).detail), { once: true });
      });
      yield { type: 'MODIFIED', object } as T;
    }
  }

  reconnect(): void {
    this.requests.length = 0;
  }

  #answer({ method, path, body }: ApiRequest): unknown {
    const given = body as (KubeObject & Record<string, unknown>) | undefined;
    if (method === 'POST') {
      const at = `${path}/${given?.metadata.name ?? ''}`;
      if (this.objects.has(at)) throw new ApiError(409, 'AlreadyExists', `${at} exists`);
      return this.#put(at, given);
    }
    const known = this.objects.get(path);
    if (!known) throw new ApiError(404, 'NotFound', `${path} not found`);
    if (method === 'GET') return known;
    if (method === 'DELETE') return this.objects.delete(path);
    if (method === 'PUT' && given?.metadata.resourceVersion !== known.metadata.resourceVersion) {
      throw new ApiError(409, 'Conflict', `${path} has been modified`);
    }
    return this.#put(path, { ...known, ...given });
  }

  #put(path: string, object: (KubeObject & Record<string, unknown>) | undefined): object {
    if (!object) throw new Error(`${path}: no body`);
    this.#version += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
    this.objects.set(path, stored);
    this.#told.dispatchEvent(new CustomEvent('write', { detail: structuredClone(stored) }));
    return stored;
  }
}
