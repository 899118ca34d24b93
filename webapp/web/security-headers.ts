import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * Pages load only files of this server, and run no script. Some headers are sent only over HTTPS: over plain HTTP
 * `upgrade-insecure-requests` would leave the pages without their style sheet.
 */
export function securityHeaders(): RequestHandler {
  const [plain, secure] = [headersFor(false), headersFor(true)];
  return function securityHeadersMiddleware(request, response, next) {
    // a later handler may replace it
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
