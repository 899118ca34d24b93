import { Counter, Histogram, type Registry } from 'prom-client';

export interface ClientMetrics {
  request(code: string, method: string, host: string, ms: number): void;
}

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export function clientMetrics(registry: Registry): ClientMetrics {
  const registers = [registry];
  const requests = new Counter({
    name: 'rest_client_requests_total',
    help: 'Number of HTTP requests, partitioned by status code, method, and host.',
    labelNames: ['code', 'method', 'host'],
    registers,
  });
  const latency = new Histogram({
    name: 'rest_client_request_duration_seconds',
    help: 'Request latency in seconds. Broken down by verb, and host.',
    labelNames: ['verb', 'host'],
    buckets: BUCKETS,
    registers,
  });
  return {
    request(code, method, host, ms) {
      requests.inc({ code, method, host });
      latency.observe({ verb: method, host }, ms / 1000);
    },
  };
}
