import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * Nothing is loaded but what this server has, and no script runs at all. What only makes sense over HTTPS is sent only there:
 * over plain HTTP `upgrade-insecure-requests` would leave the pages without their style sheet.
 */
export function securityHeaders(): RequestHandler {
  const [plain, secure] = [headersFor(false), headersFor(true)];
  return function securityHeadersMiddleware(request, response, next) {
    // unless whoever answers says otherwise
    response.set('Cache-Control', 'no-store');
    (request.secure ? secure : plain)(request, response, next);
  };
}

function headersFor(overHttps: boolean) {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'style-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'form-action': ["'self'"],
        'base-uri': ["'none'"],
        'frame-ancestors': ["'none'"],
        ...(overHttps && { 'upgrade-insecure-requests': [] }),
      },
    },
    strictTransportSecurity: overHttps && { maxAge: 365 * 86_400, includeSubDomains: false },
    // no-referrer would make browsers send "Origin: null" with our own forms
    referrerPolicy: { policy: 'same-origin' },
    crossOriginOpenerPolicy: overHttps,
    originAgentCluster: overHttps,
  });
}
