import type { IRoute, RequestHandler } from 'express';
import { RefusedError } from './http-errors.ts';

/** The last handler of a route. Answers OPTIONS with the methods of the route, and other methods with 405. */
export const methodNotAllowed: RequestHandler = function methodNotAllowed(request, response, next) {
  const { stack } = request.route as IRoute;
  // a handler for all methods, such as this one, has no method
  const named = [...new Set(stack.flatMap(({ method }: { readonly method?: string }) => method ?? []))];
  const allowed = [...named, ...(named.includes('get') ? ['head'] : [])].map((name) => name.toUpperCase());
  if (allowed.includes(request.method)) {
    // a handler of the route passed the request on, so the answer is 404
    next();
    return;
  }
  response.set('Allow', allowed.join(', '));
  if (request.method === 'OPTIONS') response.status(204).end();
  else next(new RefusedError(405));
};
