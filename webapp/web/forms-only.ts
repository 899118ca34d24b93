import type { Request, RequestHandler } from 'express';
import { RefusedError } from './http-errors.ts';
import { isSafe } from './same-origin.ts';

/** Refuses bodies in other encodings than that of forms. The body parser would take them for empty forms. */
export function formsOnly(): RequestHandler {
  return function formsOnlyMiddleware(request, _response, next) {
    const isOther = request.is('application/x-www-form-urlencoded') === false;
    next(isOther && !mayBeEmpty(request) ? new RefusedError(415) : undefined);
  };
}

/** Proxies may send a GET with a body of length 0 or with a chunked one, whose length shows only at its end (RFC 9112, 6.3). */
function mayBeEmpty({ method, headers }: Request): boolean {
  const length = headers['content-length'];
  return length === '0' || (length === undefined && isSafe(method));
}
