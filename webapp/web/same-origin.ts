import type { Request, RequestHandler } from 'express';
import { ForbiddenError } from './http-errors.ts';

/**
 * Refuses what another site sends: by Sec-Fetch-Site, which every current browser sends to trustworthy origins, else by Origin
 * or Referer. What has none of the three comes from no browser; the token in the form is asked for all the same.
 */
export function sameOrigin(): RequestHandler {
  return function sameOriginMiddleware(request, _response, next) {
    if (isSafe(request.method) || comesFromHere(request)) {
      next();
      return;
    }
    next(new ForbiddenError('cross-site'));
  };
}

export function isSafe(method: string): boolean {
  return ['GET', 'HEAD', 'OPTIONS'].includes(method);
}

function comesFromHere(request: Request): boolean {
  const site = request.get('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const source = request.get('origin') ?? request.get('referer');
  if (source === undefined) return true;
  return URL.canParse(source) && isHost(new URL(source), request.host);
}

/** Whether the origin is at the host that was asked. Proxies write the default port of a scheme, or capitals, where browsers do not. */
function isHost(origin: URL, host: string | undefined): boolean {
  const asked = `${origin.protocol}//${host ?? ''}`;
  return URL.canParse(asked) && new URL(asked).host === origin.host;
}
