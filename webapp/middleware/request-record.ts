import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Logger, requestLog } from '../log.ts';
import type { Metrics } from '../probes/metrics.ts';

/**
 * One log line and one observation for each request, by route pattern; never the URL, which may tell who travels where.
 * Returns the request's id.
 */
export type RequestRecord = (request: IncomingMessage, response: ServerResponse) => string;

export function requestRecord({ logger, metrics }: { logger: Logger; metrics: Metrics }): RequestRecord {
  const log = requestLog(logger);
  return (request, response) => {
    const start = performance.now();
    const id = requestIdOf(request);
    response.on('close', () => {
      const elapsed = performance.now() - start;
      const route = routeOf(request);
      const status = response.statusCode;
      const { method = '' } = request;
      metrics.requests.observe({ method: KNOWN.has(method) ? method : 'other', route, status }, elapsed / 1000);
      const level = status >= 500 && status !== 503 ? 'error' : 'info';
      const milliseconds = Math.round(elapsed * 10) / 10;
      const finished = response.writableFinished;
      log({ level, message: 'Request', id, method, route, status, milliseconds, finished });
    });
    return id;
  };
}

/** Tells the record which route answers, for what Express does not see. */
export function answeredBy(request: IncomingMessage, path: string): void {
  Object.assign(request, { route: { path } });
}

const KNOWN = new Set(['GET', 'HEAD', 'POST']);

function routeOf(request: IncomingMessage & { readonly route?: { readonly path?: unknown } }): string {
  const path = request.route?.path;
  if (typeof path === 'string') return path;
  return Array.isArray(path) ? String(path[0]) : 'other';
}

/** The caller's, where it is a plausible one, so that its log and ours can be joined. */
function requestIdOf({ headers }: IncomingMessage): string {
  const { traceparent, 'x-request-id': given } = headers;
  const trace = typeof traceparent === 'string' ? /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(traceparent)?.[1] : undefined;
  if (trace !== undefined) return trace;
  return typeof given === 'string' && /^[\w-]{8,64}$/.test(given) ? given : randomUUID();
}
