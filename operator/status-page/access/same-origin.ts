import type { Request, RequestHandler } from 'express';
import { RefusedError } from '../refused-error.ts';

/**
 * Refuses forms that do not come from a page of this server, by Sec-Fetch-Site, else by Origin. Browsers send one of the two with every form.
 */
export function sameOrigin(): RequestHandler {
  return function sameOriginMiddleware(request, _response, next) {
    const isSafe = ['GET', 'HEAD'].includes(request.method);
    next(
      isSafe || isSameOrigin(request.headers) ? undefined : new RefusedError(403, 'This form came from another site.'),
    );
  };
}

export function isSameOrigin(headers: Request['headers']): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin, host = '' } = headers;
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}
