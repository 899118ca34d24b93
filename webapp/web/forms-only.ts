import type { Request, RequestHandler } from 'express';
import { RefusedError } from './http-errors.ts';
import { isSafe } from './same-origin.ts';

/** Refuses every body but the one encoding that our forms have: another would be taken for an empty form. */
export function formsOnly(): RequestHandler {
  return function formsOnlyMiddleware(request, _response, next) {
    const isOther = request.is('application/x-www-form-urlencoded') === false;
    next(isOther && !mayBeEmpty(request) ? new RefusedError(415) : undefined);
  };
}

/** Proxies forward a GET with a body of length 0, or with a chunked one, of which the end alone tells its length (RFC 9112, 6.3). */
function mayBeEmpty({ method, headers }: Request): boolean {
  const length = headers['content-length'];
  return length === '0' || (length === undefined && isSafe(method));
}
