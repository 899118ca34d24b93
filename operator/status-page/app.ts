import { fileURLToPath } from 'node:url';
import cookieParser from 'cookie-parser';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { ApiError } from '../runtime/client/api-error.ts';
import type { Clock } from '../runtime/clock.ts';
import { errorFields, type Logger } from '../runtime/telemetry/log.ts';
import type { Attempts } from './access/attempts.ts';
import { createIdentify, identified, requireViewer, requireViewerOfStream } from './access/gate.ts';
import { knownHost } from './access/hosts.ts';
import type { Mode } from './access/mode.ts';
import { accessRoutes } from './access/routes.ts';
import { sameOrigin } from './access/same-origin.ts';
import type { SessionCookie } from './access/session-cookie.ts';
import type { Sessions } from './access/sessions.ts';
import type { Assets } from './assets.ts';
import type { Changes } from './changes.ts';
import { onceAMinute } from './once-a-minute.ts';
import { pages, type PagesOptions } from './pages.ts';
import { RefusedError } from './refused-error.ts';
import { securityHeaders } from './security-headers.ts';
import type { StatusPageSettings } from './settings.ts';
import { stream } from './stream.ts';

export interface AppOptions extends PagesOptions {
  readonly settings: StatusPageSettings;
  readonly assets: Assets;
  readonly mode: () => Promise<Mode>;
  readonly sessions: Sessions;
  readonly cookie: SessionCookie;
  readonly attempts: Attempts;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Logger;
  readonly streamCheckMs?: number;
}

/** What a request passes, from top to bottom. */
export function createApp(options: AppOptions): Express {
  const { settings, assets, sessions, cookie, attempts, changes, rights, clock, log, mode, streamCheckMs } = options;
  const { hosts, proxySecret } = settings;
  const identify = createIdentify({ mode, sessions, cookie, proxySecret });
  const app = express();

  // The default error handler then shows nobody a stack.
  app.set('env', 'production');
  app.set('query parser', 'simple');
  app.disable('x-powered-by');
  app.set('views', fileURLToPath(new URL('./views', import.meta.url)));
  app.set('view engine', 'ejs');
  app.enable('view cache');
  // What templates ask for and not every page gives.
  const absent = { viewer: undefined, live: undefined, refresh: undefined, refreshes: undefined };
  Object.assign(app.locals, { asset: assets.url, path: '', ...absent });

  app.use(securityHeaders());
  app.use(knownHost(hosts));
  app.use(assets.routes);
  app.use(sameOrigin());
  app.use(cookieParser());
  app.use(identified(identify));
  app.use(accessRoutes({ sessions, cookie, attempts }));
  app.get('/stream', requireViewerOfStream, stream({ changes, rights, identify, clock, checkMs: streamCheckMs }));
  app.use(requireViewer);
  app.use(pages(options));
  app.use((_request, _response, next) => next(new RefusedError(404, 'There is nothing at this address.')));
  app.use(errorPage(log, clock));
  return app;
}

const TITLES: Readonly<Record<number, string>> = {
  403: 'Not from here',
  404: 'Not found',
  503: 'Not now',
};

/** The one place that reacts to errors. */
function errorPage(log: Logger, clock: Pick<Clock, 'now'>): ErrorRequestHandler {
  const isDue = onceAMinute(clock);
  return function errorPageMiddleware(error: unknown, { method }, response, _next) {
    const status = statusOf(error);
    const refusal = error instanceof RefusedError ? error.message : undefined;
    const isLogged = status === 429 || status >= 500;
    // Browsers ask again and again while they are refused.
    if (isLogged && (refusal === undefined || isDue(refusal)))
      log.warn('A request to the status page failed', { status, ...errorFields(error) });
    if (response.headersSent) {
      response.destroy();
      return;
    }
    // The page loads itself again without a script. The address of a form is no page, so a form leads to the list.
    if (status === 503) response.set({ 'Retry-After': '5', Refresh: method === 'GET' ? '5' : '5; url=/' });
    const text = refusal ?? GENERAL[status === 500 ? 'fault' : 'request'];
    response.status(status).render('error', { title: TITLES[status] ?? 'That did not work', status, text });
  };
}

const GENERAL = {
  fault: 'Something went wrong in the operator. Its log tells more.',
  request: 'This server cannot read that request.',
};

/** Express and its parsers give their errors a status. The one of an ApiError is about the operator's own request. */
function statusOf(error: unknown): number {
  if (error instanceof RefusedError) return error.status;
  const { status } = error as { status?: unknown };
  const isOfRequest = typeof status === 'number' && status >= 400 && status < 500 && !(error instanceof ApiError);
  return isOfRequest ? status : 500;
}
