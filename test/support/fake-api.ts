import type { ApiClient, ApiRequest } from '../../operator/runtime/api-client.ts';
import { ApiError } from '../../operator/runtime/api-error.ts';
import type { KubeObject } from '../../operator/runtime/kinds.ts';

/** Objects by path, with the preconditions that the API server checks; faults come from `fault`. No watches. */
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

  // eslint-disable-next-line require-yield -- the contract is a generator's
  async *stream<T>(): AsyncGenerator<T, void, undefined> {
    await Promise.reject(new Error('nothing is watched here'));
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
    return stored;
  }
}
