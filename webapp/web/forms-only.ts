import type { RequestHandler } from 'express';
import { RefusedError } from './http-errors.ts';

/** Refuses every body but the one encoding that our forms have: another would be taken for an empty form. */
export function formsOnly(): RequestHandler {
  return function formsOnlyMiddleware(request, _response, next) {
    const other = request.is('application/x-www-form-urlencoded') === false;
    next(other && request.headers['content-length'] !== '0' ? new RefusedError(415) : undefined);
  };
}
