import type { RequestHandler } from 'express';

/**
 * Takes the ports out of X-Forwarded-For, which some proxies add (Azure Application Gateway, IIS): with them Express recognises no
 * trusted proxy, and each connection would count as a client of its own.
 */
export function clientAddress(): RequestHandler {
  return function clientAddressMiddleware({ headers }, _response, next) {
    const forwarded = headers['x-forwarded-for'];
    if (typeof forwarded === 'string') {
      headers['x-forwarded-for'] = forwarded.split(',').map((entry) => withoutPort(entry.trim())).join(', '); // prettier-ignore
    }
    next();
  };
}

/** Of `203.0.113.7:4711`, `[2001:db8::1]:4711` and `[2001:db8::1]`. A bare IPv6 address has several colons, and no port. */
function withoutPort(entry: string): string {
  const [, bracketed] = /^"?\[([^\]]*)\](?::\d*)?"?$/.exec(entry) ?? [];
  const [, plain] = /^"?([^:"]+):\d*"?$/.exec(entry) ?? [];
  return bracketed ?? plain ?? entry;
}
