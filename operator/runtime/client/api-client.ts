import http, { type Agent, type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { ApiError } from './api-error.ts';
import type { ClientMetrics } from '../telemetry/client-metrics.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** Default `application/json`. */
  readonly contentType?: string;
  /** The wanted form of the answer. Default `application/json`. */
  readonly accept?: string;
  /** How long the connection may stay silent before it counts as dead. Default 15 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Called when the connection is open, just before the first byte is sent. If it throws, nothing is sent and the request fails with its error. */
  readonly guard?: () => void;
}

/** The API server sent nothing for too long. The connection is probably dead. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

/**
 * HTTP to one API server. Bodies are plain JSON. Generated models would drop fields that they do not know. An answer other than 2xx is
 * thrown as an `ApiError`, a connection that fails as a plain `Error`, and one that stays silent as a `SilenceError`.
 */
export interface ApiClient {
  request<T>(request: ApiRequest): Promise<T>;
  /** Yields each line of the answer, parsed as JSON, until the server ends it. */
  stream<T>(request: ApiRequest): AsyncGenerator<T, void, undefined>;
  /** Closes every connection. Requests in flight fail, later ones open new connections. */
  reconnect(): void;
}

/** For answers that are plain text, such as logs. */
export interface LineReader {
  /** Yields each line of the answer, until the server ends it. */
  lines(request: ApiRequest): AsyncGenerator<string, void, undefined>;
}

const DEFAULT_TIMEOUT_MS = 15_000;
const LONGEST_RETRY_AFTER_MS = 60_000;

export interface ApiClientOptions {
  readonly metrics?: ClientMetrics;
  /** Identifies this process in the API server's audit log. */
  readonly userAgent?: string;
}

/** The address of the API server and our credentials for it: a `KubeConfig`, or `InCluster`. */
export interface Connection {
  getCurrentCluster(): { readonly server: string; readonly proxyUrl?: string } | null;
  applyToHTTPSOptions(options: https.RequestOptions): Promise<void>;
  /** Called when the API server rejects our credentials (401). */
  refused?(): void;
}

/** @throws Error if the connection names no cluster. */
export function createApiClient(
  config: Connection,
  { metrics, userAgent }: ApiClientOptions = {},
): ApiClient & LineReader {
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new Error('The kubeconfig names no cluster');
  const { protocol, hostname, port, host, pathname } = new URL(server);
  const transport = protocol === 'https:' ? https : http;
  // Only URLs put an IPv6 address in brackets.
  const address = { hostname: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? undefined : Number(port) };
  const prefix = pathname.replace(/\/$/, '');
  let pool: { agent: Agent; credentials: string } | undefined;

  /** Reads client certificates and bearer tokens for each request, because mounted tokens rotate. */
  async function optionsFor(): Promise<https.RequestOptions> {
    const options: https.RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    if (config.getCurrentCluster()?.proxyUrl !== undefined) return options;
    const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername, ...others } = options;
    const credentials = JSON.stringify([ca, cert, key]);
    if (pool?.credentials !== credentials) {
      const tls = { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername };
      const defined = Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
      pool?.agent.destroy();
      pool = { agent: withConstantName(new transport.Agent({ ...defined, keepAlive: true })), credentials };
    }
    return { ...others, agent: pool.agent };
  }

  /** Resolves with the head of the answer. `silenceMs` replaces the timeout of the request from then on. */
  async function send(request: ApiRequest, silenceMs?: number): Promise<IncomingMessage> {
    const path = prefix + request.path;
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const options = await optionsFor();
    const started = performance.now();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers: OutgoingHttpHeaders = { ...(options.headers as OutgoingHttpHeaders | undefined) };
      headers.accept = request.accept ?? 'application/json';
      if (userAgent !== undefined) headers['user-agent'] = userAgent;
      if (body !== undefined) {
        headers['content-type'] = request.contentType ?? 'application/json';
        headers['content-length'] = Buffer.byteLength(body);
      }
      let answered: IncomingMessage | undefined;
      let refusal: unknown;
      const outgoing = transport.request(
        {
          ...options,
          ...address,
          path: path + queryOf(request.query),
          headers,
          method: request.method,
          timeout: request.timeoutMs ?? DEFAULT_TIMEOUT_MS,
        },
        (answer) => {
          answered = answer;
          resolve(answer);
        },
      );
      const giveUp = (why: Error): void => void (answered ?? outgoing).destroy(why);
      outgoing.on('timeout', () => giveUp(new SilenceError('no data from the API server in time')));
      outgoing.on('error', (cause) => {
        metrics?.request('<error>', request.method, host, performance.now() - started);
        reject(cause === refusal ? cause : failureOf(cause, `${request.method} ${path}`));
      });
      if (request.signal) giveUpOn(request.signal, outgoing, giveUp);
      outgoing.once('socket', (socket) => {
        whenConnected(socket, () => {
          try {
            request.guard?.();
            outgoing.end(body);
          } catch (error) {
            refusal = error;
            outgoing.destroy(error as Error);
          }
        });
      });
    });
    if (silenceMs !== undefined) response.socket.setTimeout(silenceMs);
    metrics?.request(String(response.statusCode), request.method, host, performance.now() - started);
    if (response.statusCode === undefined || response.statusCode < 200 || response.statusCode > 299) {
      if (response.statusCode === 401) config.refused?.();
      throw errorOf(response, await text(response), request);
    }
    return response;
  }

  async function* lines(request: ApiRequest): AsyncGenerator<string, void, undefined> {
    const { timeoutMs, ...opening } = request;
    const response = await send(opening, timeoutMs);
    try {
      let rest = '';
      response.setEncoding('utf8');
      for await (const chunk of response as AsyncIterable<string>) {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        yield* lines;
      }
      if (!response.complete) throw new Error(`The API server ended its answer to ${request.path} early`);
      if (rest !== '') yield rest;
    } finally {
      response.destroy();
    }
  }

  return {
    async request<T>(request: ApiRequest): Promise<T> {
      const response = await send(request);
      return parse(await text(response), request) as T;
    },

    lines,

    async *stream<T>(request: ApiRequest): AsyncGenerator<T, void, undefined> {
      for await (const line of lines(request)) if (line !== '') yield parse(line, request) as T;
    },

    reconnect(): void {
      pool?.agent.destroy();
      pool = undefined;
    },
  };
}

/**
 * Gives the agent a constant name, because it serves a single server. Node computes the name from all TLS options, certificates included,
 * for each request. Without that, a write takes about 0.16 ms of CPU instead of 0.28, a tenth of the cost of an app.
 */
function withConstantName<T extends Agent>(agent: T): T {
  agent.getName = () => 'api-server';
  return agent;
}

function queryOf(query: ApiRequest['query'] = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

/** Aborts the request or the answer in flight, with the reason of the signal. The `signal` option of Node's request does not pass on the reason. */
function giveUpOn(signal: AbortSignal, outgoing: ClientRequest, giveUp: (why: Error) => void): void {
  const why = (): void => giveUp(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
  if (signal.aborted) {
    why();
    return;
  }
  signal.addEventListener('abort', why, { once: true });
  outgoing.once('close', () => signal.removeEventListener('abort', why));
}

/** Wraps the failure with the request. A `SilenceError` stays one. */
function failureOf(cause: Error, what: string): Error {
  const message = `${what}: ${cause.message}`;
  return cause instanceof SilenceError ? new SilenceError(message, { cause }) : new Error(message, { cause });
}

/**
 * Calls `go` once the socket is connected. Before that, Node would buffer the request in this process, and it could be sent much later than
 * `guard` allowed it.
 */
function whenConnected(socket: Socket & { secureConnecting?: boolean }, go: () => void): void {
  if (socket.secureConnecting === true) socket.once('secureConnect', go);
  else if (socket.connecting) socket.once('connect', go);
  else go();
}

/** Drops the parser's error, because it quotes its input, which may be a Secret. */
function parse(json: string, { method, path }: ApiRequest): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    throw new Error(`The API server's answer to ${method} ${path} is not JSON`);
  }
}

function text(response: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => (received += chunk));
    response.on('end', () => resolve(received));
    response.on('error', reject);
    response.on('close', () => reject(new Error('The API server ended its answer early')));
  });
}

/** Adds the request to the message if the answer has no `Status`, e.g. from a proxy or an overloaded API server. */
function errorOf(response: IncomingMessage, body: string, { method, path }: ApiRequest): ApiError {
  const status = response.statusCode ?? 0;
  const { reason = '', message, plainText = '' } = statusOf(body);
  const seconds = Number(response.headers['retry-after']);
  const retryAfterMs = seconds > 0 ? Math.min(seconds * 1000, LONGEST_RETRY_AFTER_MS) : undefined;
  const text = message ?? `${method} ${path}: HTTP ${status}${plainText === '' ? '' : `: ${plainText}`}`;
  return new ApiError(status, reason, text, retryAfterMs);
}

/** The reason and message of a `Status` object, or the start of a body that is not JSON. */
function statusOf(body: string): { reason?: string; message?: string; plainText?: string } {
  try {
    return (JSON.parse(body) ?? {}) as { reason?: string; message?: string };
  } catch {
    return { plainText: body.trim().slice(0, 300) };
  }
}
