import type { RequestHandler } from 'express';

/**
 * Removes the ports that some proxies (Azure Application Gateway, IIS) add in X-Forwarded-For. With a port Express does not recognise a
 * trusted proxy, and each connection would count as another client.
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

/** Understands `203.0.113.7:4711`, `[2001:db8::1]:4711` and `[2001:db8::1]`. A bare IPv6 address has several colons and no port. */
function withoutPort(entry: string): string {
  const [, bracketed] = /^"?\[([^\]]*)\](?::\d*)?"?$/.exec(entry) ?? [];
  const [, plain] = /^"?([^:"]+):\d*"?$/.exec(entry) ?? [];
  return bracketed ?? plain ?? entry;
}
