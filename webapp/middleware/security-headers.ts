import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet, { type HelmetOptions } from 'helmet';

/** Names and values in turn. */
export type HeaderList = readonly string[];

/**
 * Nothing is loaded but what this server has, and no script runs at all. What only makes sense over HTTPS is sent only there:
 * over plain HTTP `upgrade-insecure-requests` would leave the pages without their style sheet.
 */
export function securityHeaders(overHttps: boolean): HeaderList {
  return headersOf({
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

/** What helmet would set on every answer: it is the same each time. */
function headersOf(options: HelmetOptions): HeaderList {
  const headers: string[] = [];
  const response = {
    setHeader: (name: string, value: string) => headers.push(name, value),
    removeHeader: () => undefined,
  };
  helmet(options)({} as IncomingMessage, response as unknown as ServerResponse, (error) => {
    if (error !== undefined) throw new Error('The security headers cannot be made', { cause: error });
  });
  return headers;
}
