import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import type { KubeObject } from '../../operator/runtime/client/kinds.ts';

/** A watch that a client holds open. */
export interface OpenWatch {
  readonly query: URLSearchParams;
  readonly send: (type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR', object: object) => void;
  readonly raw: (bytes: string | Uint8Array) => void;
  /** The orderly end, as after `timeoutSeconds`. */
  readonly end: () => void;
  readonly reset: () => void;
}

export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One collection, served as the API server serves lists and watches, with faults on demand. */
export interface ListWatchServer {
  readonly url: string;
  readonly kubeConfig: KubeConfig;
  /** What is asked, in order: `list` with its query, or `watch`. */
  readonly asked: readonly {
    readonly verb: 'list' | 'watch';
    readonly path: string;
    readonly query: URLSearchParams;
  }[];
  readonly watches: readonly OpenWatch[];
  readonly open: number;
  objects: readonly KubeObject[];
  resourceVersion: string;
  /** The next request of that verb gets this answer; several add up. */
  refuse(verb: 'list' | 'watch', refusal: Refusal): void;
  close(): Promise<void>;
}

export async function startListWatchServer(): Promise<ListWatchServer> {
  const asked: { verb: 'list' | 'watch'; path: string; query: URLSearchParams }[] = [];
  const watches: OpenWatch[] = [];
  const refusals = { list: [] as Refusal[], watch: [] as Refusal[] };
  let open = 0;

  const server = createServer((request, response) => {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://localhost');
    const verb = query.get('watch') === 'true' ? 'watch' : 'list';
    asked.push({ verb, path, query });
    const refusal = refusals[verb].shift();
    if (refusal) response.writeHead(refusal.status, refusal.headers).end(refusal.body ?? '');
    else if (verb === 'list') list(query, response);
    else watch(query, request, response);
  });

  function list(query: URLSearchParams, response: ServerResponse): void {
    const from = Number(query.get('continue') ?? 0);
    const to = from + Number(query.get('limit'));
    const metadata = {
      resourceVersion: self.resourceVersion,
      ...(to < self.objects.length ? { continue: String(to) } : {}),
    };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ metadata, items: self.objects.slice(from, to) }));
  }

  function watch(query: URLSearchParams, request: IncomingMessage, response: ServerResponse): void {
    open += 1;
    response.on('close', () => (open -= 1));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    watches.push({
      query,
      send: (type, object) => response.write(`${JSON.stringify({ type, object })}\n`),
      raw: (bytes) => response.write(bytes),
      end: () => response.end(),
      reset: () => request.socket.resetAndDestroy(),
    });
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const self: ListWatchServer = {
    url,
    kubeConfig: kubeConfigOf(url),
    asked,
    watches,
    get open() {
      return open;
    },
    objects: [],
    resourceVersion: '1',
    refuse: (verb, refusal) => refusals[verb].push(refusal),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return self;
}

export function kubeConfigOf(server: string, token?: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'test', server, skipTLSVerify: true }],
    users: [{ name: 'test', ...(token === undefined ? {} : { token }) }],
    contexts: [{ name: 'test', cluster: 'test', user: 'test' }],
    currentContext: 'test',
  });
  return config;
}
