import { type Request, type RequestHandler, type Response, Router } from 'express';
import { VACATION_APP, type VacationApp } from '../api/vacation-app.ts';
import type { ApiClient } from '../runtime/client/api-client.ts';
import { keyOf } from '../runtime/client/kinds.ts';
import { LONGEST_SILENCE_MS } from '../runtime/manager.ts';
import type { ManagerState } from '../runtime/manager-state.ts';
import type { OperatorDefaults } from '../vacation-app/facts.ts';
import type { Rights } from './access/rights.ts';
import type { Viewer } from './access/viewer.ts';
import { createReadEvents } from './event-reads.ts';
import { appList, type ListFilter } from './model/app-list.ts';
import { appPage } from './model/app-page.ts';
import type { AutoscalerSizes } from './model/autoscaler-sizes.ts';
import { eventsPage } from './model/events-page.ts';
import { HEALTHS } from './model/health.ts';
import { appPath, withQuery } from './model/links.ts';
import { operatorPage } from './model/operator-page.ts';
import { RefusedError } from './refused-error.ts';

export interface PagesOptions {
  readonly state: ManagerState;
  readonly client: ApiClient;
  readonly defaults: () => OperatorDefaults;
  readonly sizes: AutoscalerSizes;
  readonly rights: Rights;
  readonly version: string;
  readonly started: Date;
  readonly now: () => Date;
}

/** The pages. Each shows a viewer only what their rights allow, and answers "forbidden" as it answers "absent". */
export function pages(options: PagesOptions): Router {
  const { state, client, defaults, sizes, rights, version, started, now } = options;
  const readEvents = createReadEvents(client);
  const apps = (): VacationApp[] => (state.stores.get(VACATION_APP.kind)?.list() ?? []) as VacationApp[];

  /** @throws RefusedError 404 if the app does not exist or the viewer may not get it. */
  const visibleApp = async (request: Request, response: Response): Promise<VacationApp> => {
    const { namespace = '', name = '' } = request.params as Partial<Record<string, string>>;
    const isAllowed = await rights.mayGet(viewerOf(response), namespace, name);
    const app = state.stores.get(VACATION_APP.kind)?.get(namespace, name) as VacationApp | undefined;
    if (!isAllowed || !app) throw new RefusedError(404, NO_APP);
    return app;
  };

  const router = Router();
  router.use(filled(state), refreshing);

  router.get('/', async (request, response) => {
    const known = apps();
    const visible = await rights.visible(viewerOf(response), known.map(({ metadata }) => metadata.namespace ?? '')); // prettier-ignore
    const seen = known.filter(({ metadata }) => visible.has(metadata.namespace ?? ''));
    const list = appList(seen, filterOf(request), now());
    response.render('list', { title: 'Apps', list, live: '/stream?of=list', ...helpers(request) });
  });

  router.get('/apps/:namespace/:name', async (request, response) => {
    const app = await visibleApp(request, response);
    const page = appPage(app, { stores: state.stores, defaults: defaults(), sizes: sizes.of(keyOf(app)), now: now() });
    const { namespace, name } = page;
    const live = withQuery('/stream', { of: 'app', namespace, name });
    response.render('app', { title: `${namespace}/${name}`, page, live, ...helpers(request) });
  });

  router.get('/apps/:namespace/:name/events', async (request, response) => {
    const { metadata } = await visibleApp(request, response);
    const { namespace = '', name } = metadata;
    const names = apps().filter((app) => app.metadata.namespace === namespace).map((app) => app.metadata.name); // prettier-ignore
    const page = eventsPage(await readEvents(namespace), name, names, now());
    response.render('events', { title: `Events of ${namespace}/${name}`, page, namespace, name, ...helpers(request) });
  });

  router.get('/operator', async (request, response) => {
    const namespaces = state.controllers.flatMap(({ slowest }) => slowest.map(({ key }) => key.split('/')[0] ?? ''));
    const visible = await rights.visible(viewerOf(response), namespaces);
    const page = operatorPage(state, {
      version,
      started,
      now: now(),
      longestSilenceMs: LONGEST_SILENCE_MS,
      maySee: (namespace) => visible.has(namespace),
      maySeeAll: visible.isAll,
    });
    response.render('operator', { title: 'Operator', page, live: '/stream?of=operator', ...helpers(request) });
  });

  return router;
}

const NO_APP = 'There is no such app, or you may not see it.';

/** An app that is not in the caches yet would look as if it did not exist. */
const filled = (state: ManagerState): RequestHandler =>
  function filledMiddleware(_request, _response, next) {
    next(
      state.isFilled ? undefined : new RefusedError(503, 'The operator is starting. Its caches are not filled yet.'),
    );
  };

const REFRESHES = ['5', '15', '60'];

/**
 * Loads the page again and again where the address asks for it, without a script. The header does what a meta element would do, and the viewer
 * chooses it, as WCAG 2.2.1 demands.
 */
const refreshing: RequestHandler = function refreshingMiddleware({ query: { refresh } }, response, next) {
  if (typeof refresh === 'string' && REFRESHES.includes(refresh)) response.set('Refresh', refresh);
  next();
};

function filterOf({ query }: Request): ListFilter {
  const textOf = (name: string): string => {
    const value = query[name];
    return typeof value === 'string' ? value.trim() : '';
  };
  const page = Number(textOf('page'));
  return {
    namespace: textOf('namespace'),
    state: HEALTHS.find((health) => health === textOf('state')) ?? '',
    text: textOf('text'),
    page: Number.isInteger(page) && page > 0 ? page : 1,
  };
}

/** What templates need besides their model. `here` is the address with other parameters. */
function helpers({ path, query }: Request): object {
  const texts = Object.entries(query).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const known = Object.fromEntries(texts);
  return {
    path,
    appPath,
    withQuery,
    states: HEALTHS,
    refresh: REFRESHES.find((seconds) => seconds === known.refresh),
    refreshes: REFRESHES,
    here: (changes: Readonly<Record<string, string | number | undefined>>) => withQuery(path, { ...known, ...changes }),
  };
}

function viewerOf({ locals: { viewer } }: Response): Viewer {
  if (!viewer) throw new Error('The request has passed no gate');
  return viewer;
}
