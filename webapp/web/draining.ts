import type { RequestHandler } from 'express';

/** While the process ends, every answer closes its connection: `server.close()` alone waits for busy kept-alive ones for ever. */
export function draining(isDraining: () => boolean): RequestHandler {
  return function drainingMiddleware(_request, response, next) {
    if (isDraining()) response.set('Connection', 'close');
    next();
  };
}
