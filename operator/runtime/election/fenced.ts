import type { ApiClient, ApiRequest } from '../client/api-client.ts';

/** A write was not sent, because another process may lead now. */
export class NotLeaderError extends Error {
  override readonly name = 'NotLeaderError';

  constructor({ method, path }: ApiRequest) {
    super(`Not the leader: ${method} ${path} was not sent`);
  }
}

/**
 * Wraps the client so that it writes only while this process leads. It aborts writes that are not answered when the lease ends. It checks the
 * lease again just before the first byte is sent, because the process may have been suspended while it waited for a connection.
 *
 * `leadsForMs` returns how long this process certainly leads, `Infinity` without an election.
 */
export function fenced(client: ApiClient, leadsForMs: () => number): ApiClient {
  return {
    async request(request) {
      if (request.method === 'GET') return client.request(request);
      const left = leadsForMs();
      if (left <= 0) throw new NotLeaderError(request);
      if (left === Infinity) return client.request(request);
      const end = AbortSignal.timeout(Math.ceil(left));
      return client.request({
        ...request,
        signal: request.signal ? AbortSignal.any([request.signal, end]) : end,
        guard: () => {
          if (leadsForMs() <= 0) throw new NotLeaderError(request);
        },
      });
    },
    stream: (request) => client.stream(request),
    reconnect: () => client.reconnect(),
  };
}
