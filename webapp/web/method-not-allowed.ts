import type { RequestHandler } from 'express';
import { RefusedError } from './http-errors.ts';

/** The last handler of a route: answers the methods that the route does not have with 405, and OPTIONS with those that it has. */
export const methodNotAllowed: RequestHandler = function methodNotAllowed(request, response, next) {
  const { methods } = request.route as { readonly methods: Readonly<Record<string, boolean>> };
  const named = Object.keys(methods).filter((name) => name !== '_all');
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
