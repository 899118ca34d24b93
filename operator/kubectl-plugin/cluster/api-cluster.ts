import { setTimeout as sleep } from 'node:timers/promises';
import type { PortForward } from '@kubernetes/client-node';
import type { ApiClient, ApiRequest, LineReader } from '../../runtime/client/api-client.ts';
import { ApiError } from '../../runtime/client/api-error.ts';
import { pathOf, type Kind, type KubeObject } from '../../runtime/client/kinds.ts';
import { POD } from '../../vacation-app/kinds.ts';
import type { Cluster, Selection } from './cluster.ts';
import { failureOf } from './failure.ts';

interface List<T> {
  readonly metadata: { readonly continue?: string };
  /** null where there is nothing and only metadata was asked for. */
  readonly items: readonly T[] | null;
}

/** The WebSocket behind a port-forward. */
interface PodSocket {
  close(): void;
  addEventListener(type: 'close', listener: () => void): void;
}

const PAGE_SIZE = 500;
/** Several changes that come together are told once. */
const TOGETHER_MS = 200;
const WATCH_SECONDS = 300;
/** The API server sends a bookmark about once a minute, so a longer silence means a broken connection. */
const SILENCE_MS = 90_000;
const RETRY_MS = 1_000;
/** A watch tells nothing of an object that was deleted before it began. */
const LOOK_AGAIN_MS = 10_000;
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
/** Who wrote a field, in `metadata.managedFields`. */
const FIELD_MANAGER = 'kubectl-vacation';

/** A cluster by its API server. */
export function apiCluster(
  client: ApiClient & LineReader,
  portForward: PortForward,
  namespace: string,
  lookAgainMs = LOOK_AGAIN_MS,
): Cluster {
  async function list<T extends KubeObject>(kind: Kind, selection: Selection, accept?: string): Promise<T[]> {
    const { namespace, ...selectors } = selection;
    const items: T[] = [];
    let next: string | undefined;
    do {
      const page: List<T> = await request({
        method: 'GET',
        path: pathOf(kind, namespace),
        query: { ...selectors, limit: PAGE_SIZE, continue: next },
        ...(accept === undefined ? {} : { accept }),
      });
      // The items of a list do not name their kind.
      items.push(...(page.items ?? []).map((item) => ({ ...item, apiVersion: kind.apiVersion, kind: kind.kind })));
      next = page.metadata.continue;
    } while (next !== undefined && next !== '');
    return items;
  }

  async function request<T>(what: ApiRequest): Promise<T> {
    try {
      return await client.request<T>(what);
    } catch (error) {
      throw failureOf(error);
    }
  }

  /** Calls `onChange` for what is there and for each change, until the signal aborts. Fails only where the API server refuses. */
  async function watch(
    { kind, namespace, ...selectors }: Selection & { readonly kind: Kind },
    onChange: () => void,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      try {
        const query = { ...selectors, watch: true, allowWatchBookmarks: true, timeoutSeconds: WATCH_SECONDS };
        const path = pathOf(kind, namespace);
        const events = client.stream<{ type: string }>({ method: 'GET', path, query, timeoutMs: SILENCE_MS, signal });
        for await (const { type } of events) if (type !== 'BOOKMARK') onChange();
      } catch (error) {
        if (error instanceof ApiError && [401, 403, 404].includes(error.status)) throw failureOf(error);
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  return {
    namespace,
    list: (kind, selection) => list(kind, selection),
    listMetadata: (kind, selection) => list(kind, selection, METADATA_ONLY),
    get: (kind, namespace, name) => request({ method: 'GET', path: pathOf(kind, namespace, name) }),

    patch: (kind, namespace, name, patch, isDryRun) =>
      request({
        method: 'PATCH',
        path: pathOf(kind, namespace, name),
        query: { fieldManager: FIELD_MANAGER, dryRun: isDryRun ? 'All' : undefined },
        contentType: 'application/merge-patch+json',
        body: patch,
      }),

    async follow(selections, signal, look) {
      const ended = new AbortController();
      const either = AbortSignal.any([signal, ended.signal]);
      let tell: () => void = () => undefined;
      const watches = Promise.all(selections.map((selection) => watch(selection, () => tell(), either)));
      watches.catch(() => undefined);
      const again = setInterval(() => tell(), lookAgainMs);
      try {
        while (!either.aborted) {
          // Before the look, so that a change during it is not lost.
          const told = new Promise<void>((resolve) => (tell = resolve));
          if (await look()) return true;
          await Promise.race([told, watches]);
          await sleep(TOGETHER_MS, undefined, { signal: either }).catch(() => undefined);
        }
        return false;
      } finally {
        clearInterval(again);
        ended.abort();
        await watches.catch(() => undefined);
      }
    },

    async *log(namespace, pod, options, signal) {
      try {
        yield* client.lines({
          method: 'GET',
          path: pathOf(POD, namespace, pod, 'log'),
          query: { ...options },
          accept: 'application/json, */*',
          timeoutMs: options.follow === true ? 0 : 30_000,
          signal,
        });
      } catch (error) {
        if (!signal.aborted) throw failureOf(error);
      }
    },

    async forward(namespace, pod, port, socket) {
      // What the pod's side reports as an error is not passed on: the connection ends with it, and the browser tells.
      const connected: unknown = await portForward.portForward(namespace, pod, [port], socket, null, socket);
      const podSocket = connected as PodSocket;
      podSocket.addEventListener('close', () => socket.destroy());
      socket.on('close', () => podSocket.close());
      socket.on('error', () => podSocket.close());
    },

    async version() {
      const { gitVersion } = await request<{ readonly gitVersion: string }>({ method: 'GET', path: '/version' });
      return gitVersion;
    },
  };
}
