import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';

/** A check of `/readyz`. */
export interface Check {
  readonly name: string;
  /** Returns what is wrong, or undefined if nothing is. */
  readonly fault: () => string | undefined;
}

/** Serves `/healthz` (the process answers) and `/readyz` (every check passes; else 503 with the faults). */
export function healthServer(checks: readonly Check[]): Server {
  return createServer((request, response) => {
    const path = request.url?.split('?')[0];
    if (path !== '/healthz' && path !== '/readyz') {
      response.writeHead(404).end();
      return;
    }
    const faults = path === '/readyz' ? checks.map(({ name, fault }) => [name, fault()] as const) : [];
    const failed = faults.filter(([, fault]) => fault !== undefined);
    response.writeHead(failed.length === 0 ? 200 : 503, { 'content-type': 'text/plain; charset=utf-8' });
    response.end(failed.length === 0 ? 'ok\n' : failed.map(([name, fault]) => `${name}: ${fault ?? ''}\n`).join(''));
  });
}

/** Serves `/metrics` in the Prometheus text format. */
export function metricsServer(registry: Registry): Server {
  return createServer((request, response) => {
    if (request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
}
