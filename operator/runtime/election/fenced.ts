import type { ApiClient, ApiRequest } from '../client/api-client.ts';

/** A write that was not sent, because another may lead by now. */
export class NotLeaderError extends Error {
  override readonly name = 'NotLeaderError';

  constructor({ method, path }: ApiRequest) {
    super(`Not the leader: ${method} ${path} was not sent`);
  }
}

/**
 * Sends writes only while we lead, and gives up those that are not answered by the end of the lease. This keeps a leader that has lost its
 * lease from writing. The lease is checked once more just before the bytes go out: a process that was stopped while it waited for a
 * connection sends nothing when it goes on. `leadsForMs` is for how long we lead, `Infinity` without an election.
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
