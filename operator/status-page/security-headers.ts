import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** Pages load only files of this server, and nothing is stored in caches. */
export function securityHeaders(): RequestHandler {
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'style-src': ["'self'"],
        'script-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'connect-src': ["'self'"],
        'form-action': ["'self'"],
        'base-uri': ["'none'"],
        'frame-ancestors': ["'none'"],
      },
    },
    // The proxy in front of the page speaks HTTPS, so this header is the proxy's.
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'same-origin' },
    // Over plain HTTP, as to loopback, browsers ignore it and warn.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
  });
  return function securityHeadersMiddleware(request, response, next) {
    response.set('Cache-Control', 'no-store');
    headers(request, response, next);
  };
}
