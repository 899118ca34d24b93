import type { IRoute, RequestHandler } from 'express';
import { RefusedError } from './http-errors.ts';

/** The last handler of a route: answers the methods that the route does not have with 405, and OPTIONS with those that it has. */
export const methodNotAllowed: RequestHandler = function methodNotAllowed(request, response, next) {
  const { stack } = request.route as IRoute;
  // a handler for all methods, such as this one, has none of its own
  const named = [...new Set(stack.flatMap(({ method }: { readonly method?: string }) => method ?? []))];
  const allowed = [...named, ...(named.includes('get') ? ['head'] : [])].map((name) => name.toUpperCase());
  if (allowed.includes(request.method)) {
    // a handler has passed the request on: there is nothing at this address
    next();
    return;
  }
  response.set('Allow', allowed.join(', '));
  if (request.method === 'OPTIONS') response.status(204).end();
  else next(new RefusedError(405));
};
