import type { Request, RequestHandler } from 'express';
import { ForbiddenError } from './http-errors.ts';

/**
 * Refuses forms from other sites: by Sec-Fetch-Site, which current browsers send over HTTPS and to localhost, or else by Origin or
 * Referer. A request with none of the three does not come from a browser. It still needs the token of the form.
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

/** Compares the hosts as URLs, because a proxy may add the default port or use capitals. */
function isHost(origin: URL, host: string | undefined): boolean {
  const asked = `${origin.protocol}//${host ?? ''}`;
  return URL.canParse(asked) && new URL(asked).host === origin.host;
}
