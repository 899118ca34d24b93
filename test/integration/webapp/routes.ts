import type { Express, IRouter } from 'express';

/** What can be asked of an address. */
export interface RouteEntry {
  /** As it was given to the router, e.g. `/reservation/:reference/ticket`. */
  readonly path: string;
  /** In capitals; HEAD wherever GET is. */
  readonly methods: readonly string[];
}

/** Every route of the application, but for its static files: read from its routers, so that there is no second list to keep. */
export function routesOf(app: Express): readonly RouteEntry[] {
  const routers = app.router.stack.map(({ handle }) => handle as Partial<IRouter>);
  const routes = routers.flatMap(({ stack = [] }) => stack).flatMap(({ route }) => route ?? []);
  return routes
    .flatMap((route) => {
      const { methods } = route as unknown as { readonly methods: Readonly<Record<string, boolean>> };
      const known = Object.keys(methods).filter((name) => name !== '_all');
      const allowed = [...known, ...(known.includes('get') ? ['head'] : [])].map((name) => name.toUpperCase()).sort();
      return [route.path].flat().map((path: string) => ({ path, methods: allowed }));
    })
    .filter(({ path }) => !STATIC.test(path));
}

const STATIC = /^\/[\w.:-]+\.(css|ico|svg|txt)$/;
