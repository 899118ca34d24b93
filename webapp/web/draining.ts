import type { RequestHandler } from 'express';

/** While the process shuts down, every answer closes its connection. `server.close()` alone would wait for busy ones for ever. */
export function draining(isDraining: () => boolean): RequestHandler {
  return function drainingMiddleware(_request, response, next) {
    if (isDraining()) response.set('Connection', 'close');
    next();
  };
}
