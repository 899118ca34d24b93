import { createServer, type Server } from 'node:http';
import type { BreakerState } from '../database/breaker.ts';
import type { Metrics } from './metrics.ts';

export interface Health {
  /** Whether the pages' port is open. */
  listening(): boolean;
  draining(): boolean;
  /** Whether the database had the schema that this code needs when it was last reached. */
  isSchemaThere(): boolean;
  database(): BreakerState;
}

/**
 * `/livez`: this process answers. `/readyz`: it should get requests. A database that goes away later does not change that: every pod
 * would leave the Service at once, and not even the pages without a database would work. One that comes back without the schema
 * does. `/metrics`: Prometheus.
 */
export function createProbeServer(health: Health, metrics: Metrics): Server {
  return createServer((request, response) => {
    const answer = (status: number, type: string, body: string): void => {
      response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body);
    };
    switch (request.url?.split('?')[0]) {
      case '/livez':
        return answer(200, 'text/plain', 'ok');
      case '/readyz': {
        const checks = readinessOf(health);
        const ready = checks.listening && checks.schema && !checks.draining;
        return answer(ready ? 200 : 503, 'application/json', JSON.stringify({ ready, ...checks }));
      }
      case '/metrics':
        metrics.registry.metrics().then(
          (text) => answer(200, metrics.registry.contentType, text),
          () => answer(500, 'text/plain', 'the metrics could not be read'),
        );
        return;
      default:
        return answer(404, 'text/plain', 'not found');
    }
  });
}

function readinessOf(health: Health) {
  return {
    listening: health.listening(),
    schema: health.isSchemaThere(),
    draining: health.draining(),
    database: health.database(),
  };
}
