import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import type { Logger } from '../log.ts';
import type { Metrics } from '../probes/metrics.ts';

/**
 * Gives each request an id, a log line and a measurement. These name the pattern of the route, never the URL, which may tell who travels
 * where.
 */
export function requestRecord({ logger, metrics }: { logger: Logger; metrics: Metrics }): RequestHandler {
  return function requestRecordMiddleware(request, response, next) {
    const start = performance.now();
    const id = requestIdOf(request);
    response.set('X-Request-Id', id);
    response.on('close', () => {
      const elapsed = performance.now() - start;
      const [method, route, status] = [request.method, routeOf(request), response.statusCode];
      metrics.requests.observe({ method: KNOWN.has(method) ? method : 'other', route, status }, elapsed / 1000);
      const level = status >= 500 && status !== 503 ? 'error' : 'info';
      const milliseconds = Math.round(elapsed * 10) / 10;
      const finished = response.writableFinished;
      logger.log({ level, message: 'Request', id, method, route, status, milliseconds, finished });
    });
    next();
  };
}

const KNOWN = new Set(['GET', 'HEAD', 'POST']);

function routeOf(request: Request): string {
  const path = (request.route as { readonly path?: unknown } | undefined)?.path;
  if (typeof path === 'string') return path;
  return Array.isArray(path) ? String(path[0]) : 'other';
}

/** Takes the caller's id if it looks valid, so that both logs can be joined. */
function requestIdOf({ headers }: Request): string {
  const { traceparent, 'x-request-id': given } = headers;
  const trace = typeof traceparent === 'string' ? /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(traceparent)?.[1] : undefined;
  if (trace !== undefined) return trace;
  return typeof given === 'string' && /^[\w-]{8,64}$/.test(given) ? given : randomUUID();
}
