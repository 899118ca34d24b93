import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import type { Logger } from '../log.ts';
import type { Metrics } from '../probes/metrics.ts';

/** One log line and one observation for each request, by route pattern; never the URL, which may tell who travels where. */
export function requestRecord({ logger, metrics }: { logger: Logger; metrics: Metrics }): RequestHandler {
  return function requestRecordMiddleware(request, response, next) {
    const start = process.hrtime.bigint();
    const id = requestIdOf(request);
    response.locals.requestId = id;
    response.set('X-Request-Id', id);
    response.on('close', () => {
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      const route = routeOf(request);
      const status = response.statusCode;
      const { method } = request;
      metrics.requests.observe({ method: KNOWN.has(method) ? method : 'other', route, status }, seconds);
      const level = status >= 500 && status !== 503 ? 'error' : 'info';
      const milliseconds = Math.round(seconds * 10_000) / 10;
      logger.log(level, 'Request', { id, method, route, status, milliseconds, finished: response.writableFinished });
    });
    next();
  };
}

const KNOWN = new Set(['GET', 'HEAD', 'POST']);

function routeOf(request: Request): string {
  const route = request.route as { path?: unknown } | undefined;
  if (typeof route?.path === 'string') return route.path;
  if (Array.isArray(route?.path)) return String(route.path[0]);
  return 'other';
}

/** The caller's, where it is a plausible one, so that its log and ours can be joined. */
function requestIdOf(request: Request): string {
  const trace = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(request.get('traceparent') ?? '')?.[1];
  if (trace !== undefined) return trace;
  const given = request.get('x-request-id') ?? '';
  return /^[\w-]{8,64}$/.test(given) ? given : randomUUID();
}
