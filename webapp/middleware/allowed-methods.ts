import type { RequestHandler } from 'express';
import type { Assets } from '../http/assets.ts';
import { RefusedError } from '../http/errors.ts';
import { methodFinder, type RouteEntry } from '../http/route-table.ts';
import { isSafe } from './same-origin.ts';

/**
 * Answers what a page cannot be asked for: 405, and which methods it has; OPTIONS asks for just that. Before anything wants to
 * know who asks, or for a token, as neither would help. What is sent to a page that does not exist goes to `notFound`.
 */
export function allowedMethods(
  routes: readonly RouteEntry[],
  assets: Assets,
  notFound: RequestHandler,
): RequestHandler {
  const methodsOf = methodFinder(routes);
  return function allowedMethodsMiddleware(request, response, next) {
    const { method, path } = request;
    const allowed = methodsOf(path) ?? (assets.file(path) && ['GET', 'HEAD']);
    if (!allowed) {
      if (isSafe(method)) next();
      else void notFound(request, response, next);
      return;
    }
    if (allowed.includes(method)) {
      next();
      return;
    }
    response.set('Allow', allowed.join(', '));
    if (method === 'OPTIONS') response.status(204).end();
    else next(new RefusedError(405));
  };
}
