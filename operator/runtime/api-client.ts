import type { Agent, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { ApiError } from './api-error.ts';
import type { ClientMetrics } from './metrics.ts';
import { http } from './node-http.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** Default `application/json`. */
  readonly contentType?: string;
  /** How long nothing may be heard before the connection counts as dead. Default 15 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Asked when the connection is there, just before the first byte is sent: what it throws is the answer, and nothing is sent. */
  readonly guard?: () => void;
}

/** Nothing was heard of the API server for too long: a connection that nobody may be at the other end of. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

/**
 * HTTP to one API server. Bodies are the JSON that was given, not passed through generated models, which would drop fields that they
 * do not know. Every answer other than 2xx is an `ApiError`; a connection that fails or stays silent is a plain `Error`.
 */
export interface ApiClient {
  request<T>(request: ApiRequest): Promise<T>;
  /** The answer line by line, each parsed as JSON, until the server ends it. */
  stream<T>(request: ApiRequest): AsyncGenerator<T, void, undefined>;
  /** Drop every connection, those in use too: what is under way fails, what comes next connects anew. */
  reconnect(): void;
}

/** A write that was not sent, because another may lead by now. */
export class NotLeaderError extends Error {
  override readonly name = 'NotLeaderError';

  constructor({ method, path }: ApiRequest) {
    super(`Not the leader: ${method} ${path} was not sent`);
  }
}

/**
 * Sends writes only while we lead, and gives up what is not answered by then: what fences a leader that has lost its lease. Asked once more
 * when the bytes are about to go: a process that was stopped while it waited for a connection sends nothing when it goes on.
 * `leadsForMs` is for how long we lead, `Infinity` without an election.
 */
export function fenced(client: ApiClient, leadsForMs: () => number): ApiClient {
  return {
    async request(request) {
      if (request.method === 'GET') return client.request(request);
      const left = leadsForMs();
      if (left <= 0) throw new NotLeaderError(request);
      if (left === Infinity) return client.request(request);
      const ends = AbortSignal.timeout(Math.ceil(left));
      return client.request({
        ...request,
        signal: request.signal ? AbortSignal.any([request.signal, ends]) : ends,
        guard: () => {
          if (leadsForMs() <= 0) throw new NotLeaderError(request);
        },
      });
    },
    stream: (request) => client.stream(request),
    reconnect: () => client.reconnect(),
  };
}

const DEFAULT_TIMEOUT_MS = 15_000;
const LONGEST_RETRY_AFTER_MS = 60_000;

export interface ApiClientOptions {
  readonly metrics?: ClientMetrics;
  /** Who asks, as the API server's audit log tells it. */
  readonly userAgent?: string;
}

/** Where the API server is, and how one shows who one is: a `KubeConfig`, or `InCluster`. */
export interface Connection {
  getCurrentCluster(): { readonly server: string; readonly proxyUrl?: string } | null;
  applyToHTTPSOptions(options: https.RequestOptions): Promise<void>;
  /** The API server does not accept who we say we are. */
  refused?(): void;
}

export function createApiClient(config: Connection, { metrics, userAgent }: ApiClientOptions = {}): ApiClient {
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new Error('The kubeconfig names no cluster');
  const base = new URL(server);
  const transport = base.protocol === 'https:' ? https : http;
  let pool: { agent: Agent; credentials: string } | undefined;

  /** Client certificates and bearer tokens are read anew for each request, since mounted tokens rotate. */
  async function optionsFor(): Promise<https.RequestOptions> {
    const options: https.RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    if (config.getCurrentCluster()?.proxyUrl !== undefined) return options;
    const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername } = options;
    const credentials = JSON.stringify([ca, cert, key]);
    if (pool?.credentials !== credentials) {
      const tls = { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername };
      const defined = Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
      pool?.agent.destroy();
      pool = { agent: new transport.Agent({ ...defined, keepAlive: true }), credentials };
    }
    return { ...options, agent: pool.agent };
  }

  /** Resolves when the head of the answer is there, which is to come soon, however long the rest may stay silent. */
  async function send(request: ApiRequest, silenceMs?: number): Promise<IncomingMessage> {
    const url = new URL(base.pathname.replace(/\/$/, '') + request.path, base);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const options = await optionsFor();
    const started = performance.now();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers: OutgoingHttpHeaders = { ...(options.headers as OutgoingHttpHeaders | undefined) };
      headers.accept = 'application/json';
      if (userAgent !== undefined) headers['user-agent'] = userAgent;
      if (body !== undefined) {
        headers['content-type'] = request.contentType ?? 'application/json';
        headers['content-length'] = Buffer.byteLength(body);
      }
      let answered: IncomingMessage | undefined;
      const outgoing = transport.request(
        url,
        {
          ...options,
          headers,
          method: request.method,
          timeout: request.timeoutMs ?? DEFAULT_TIMEOUT_MS,
          ...(request.signal === undefined ? {} : { signal: request.signal }),
        },
        (answer) => {
          answered = answer;
          resolve(answer);
        },
      );
      outgoing.on('timeout', () => {
        // an answer that is under way would otherwise end as "aborted", whoever ended it
        (answered ?? outgoing).destroy(new SilenceError('nothing heard from the API server in time'));
      });
      outgoing.on('error', (cause) => {
        metrics?.request('<error>', request.method, base.host, performance.now() - started);
        reject(told(cause, `${request.method} ${url.pathname}`));
      });
      outgoing.once('socket', (socket) => {
        whenConnected(socket, () => {
          try {
            request.guard?.();
            outgoing.end(body);
          } catch (error) {
            outgoing.destroy(error as Error);
          }
        });
      });
    });
    if (silenceMs !== undefined) response.socket.setTimeout(silenceMs);
    metrics?.request(String(response.statusCode), request.method, base.host, performance.now() - started);
    if (response.statusCode === undefined || response.statusCode < 200 || response.statusCode > 299) {
      if (response.statusCode === 401) config.refused?.();
      throw errorOf(response, await text(response), request);
    }
    return response;
  }

  return {
    async request<T>(request: ApiRequest): Promise<T> {
      const response = await send(request);
      return parse(await text(response), request) as T;
    },

    async *stream<T>(request: ApiRequest): AsyncGenerator<T, void, undefined> {
      const { timeoutMs, ...opening } = request;
      const response = await send(opening, timeoutMs);
      try {
        let rest = '';
        response.setEncoding('utf8');
        for await (const chunk of response as AsyncIterable<string>) {
          const lines = (rest + chunk).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) if (line !== '') yield parse(line, request) as T;
        }
        if (!response.complete) throw new Error(`The API server broke off its answer to ${request.path}`);
      } finally {
        response.destroy();
      }
    },

    reconnect(): void {
      pool?.agent.destroy();
      pool = undefined;
    },
  };
}

/** What kind of failure it is stays to be seen, whatever is told of it. */
function told(cause: Error, what: string): Error {
  if (cause instanceof NotLeaderError) return cause;
  const message = `${what}: ${cause.message}`;
  return cause instanceof SilenceError ? new SilenceError(message, { cause }) : new Error(message, { cause });
}

/** A request that was not begun waits in this process; what is written to a socket that is connected is the kernel's at once. */
function whenConnected(socket: Socket & { secureConnecting?: boolean }, go: () => void): void {
  if (socket.secureConnecting === true) socket.once('secureConnect', go);
  else if (socket.connecting) socket.once('connect', go);
  else go();
}

/** The parser's own error quotes what it was given, which may be a Secret. */
function parse(json: string, { method, path }: ApiRequest): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    throw new Error(`The API server's answer to ${method} ${path} is not JSON`);
  }
}

async function text(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let all = '';
  for await (const chunk of response as AsyncIterable<string>) all += chunk;
  return all;
}

/** The words of the API server say what they are about; those of a proxy before it, or of a server that is overloaded, do not. */
function errorOf(response: IncomingMessage, body: string, { method, path }: ApiRequest): ApiError {
  const status = response.statusCode ?? 0;
  const { reason = '', message, words = '' } = toldIn(body);
  const seconds = Number(response.headers['retry-after']);
  const retryAfterMs = seconds > 0 ? Math.min(seconds * 1000, LONGEST_RETRY_AFTER_MS) : undefined;
  const told = message ?? `${method} ${path}: HTTP ${status}${words === '' ? '' : `: ${words}`}`;
  return new ApiError(status, reason, told, retryAfterMs);
}

/** What a `Status` object says, or the plain text of who makes none. */
function toldIn(body: string): { reason?: string; message?: string; words?: string } {
  try {
    return (JSON.parse(body) ?? {}) as { reason?: string; message?: string };
  } catch {
    return { words: body.trim().slice(0, 300) };
  }
}
