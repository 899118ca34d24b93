import type { IRouter } from 'express';

/** What can be asked of an address. */
export interface RouteEntry {
  /** As it was given to the router, e.g. `/reservation/:reference/ticket`. */
  readonly path: string;
  /** In capitals; HEAD wherever GET is. */
  readonly methods: readonly string[];
}

/** Every path of these routers once, with all its methods: read from the routers, so that there is no second list to keep. */
export function routesOf(routers: readonly IRouter[]): readonly RouteEntry[] {
  const methods = new Map<string, Set<string>>();
  for (const { route } of routers.flatMap((router) => router.stack)) {
    if (!route) continue;
    for (const path of [route.path].flat()) {
      const known = methods.get(path) ?? new Set();
      for (const { method } of route.stack) known.add(method.toUpperCase());
      methods.set(path, known.has('GET') ? known.add('HEAD') : known);
    }
  }
  return [...methods].map(([path, known]) => ({ path, methods: [...known].sort() }));
}

/** The methods of an address; undefined where there is nothing. Compares as Express does. */
export function methodFinder(routes: readonly RouteEntry[]): (path: string) => readonly string[] | undefined {
  const patterns = routes.map(({ path, methods }) => ({ pattern: patternOf(path), methods }));
  return (path) => {
    const matching = patterns.filter(({ pattern }) => pattern.test(path));
    return matching.length > 0 ? [...new Set(matching.flatMap(({ methods }) => methods))] : undefined;
  };
}

function patternOf(path: string): RegExp {
  const source = path.replaceAll('.', String.raw`\.`).replaceAll(/:\w+/g, '[^/]+');
  return new RegExp(`^${source.replace(/\/$/, '')}/?$`, 'i');
}
