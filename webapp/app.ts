import './locals.ts';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import express, { type Express, type Request } from 'express';
import { type OwnAccountServices, ownAccountRoutes } from './accounts/account-routes.ts';
import type { AccountLimits } from './accounts/limits.ts';
import { type ResetServices, resetRoutes } from './accounts/reset-routes.ts';
import { type AccountServices, accountRoutes } from './accounts/routes.ts';
import type { CheckCounters } from './bookings/check-counters.ts';
import { bookingFormOf, bookPathOf } from './bookings/forms.ts';
import { bookingRoutes } from './bookings/routes.ts';
import { bookingTravellerPages } from './bookings/traveller-pages.ts';
import { tripRoutes } from './bookings/trip-routes.ts';
import type { Config } from './config.ts';
import { createAlerts } from './http/alerts.ts';
import type { Assets } from './http/assets.ts';
import { type About, asksOnly } from './http/kept-answers.ts';
import { createPages } from './http/pages.ts';
import { type RouteEntry, routesOf } from './http/route-table.ts';
import { createSigner } from './http/signer.ts';
import type { View } from './http/views.ts';
import type { Logger } from './log.ts';
import { allowedMethods } from './middleware/allowed-methods.ts';
import { csrf } from './middleware/csrf.ts';
import { errorPages, notFound } from './middleware/error-pages.ts';
import { formsOnly } from './middleware/forms-only.ts';
import { type Fail, lastResort } from './middleware/last-resort.ts';
import { loggedOut } from './middleware/logged-out.ts';
import { requestRecord } from './middleware/request-record.ts';
import { requireTraveller } from './middleware/require-traveller.ts';
import { sameOrigin } from './middleware/same-origin.ts';
import { securityHeaders } from './middleware/security-headers.ts';
import { sessionIds, sessions } from './middleware/sessions.ts';
import { staticFiles } from './middleware/static-files.ts';
import { tripLimit } from './middleware/trip-limit.ts';
import { travellerPages } from './middleware/traveller-pages.ts';
import { visitorPages } from './middleware/visitor-pages.ts';
import { publicRoutes } from './pages/routes.ts';
import type { Metrics } from './probes/metrics.ts';
import type { Throttle } from './throttling/throttle.ts';
import type { SweepWaitlists } from './waitlist/sweep-waitlists.ts';
import { type WaitlistServices, waitlistRoutes } from './waitlist/routes.ts';

export interface Services extends AccountServices, OwnAccountServices, ResetServices, WaitlistServices {
  readonly views: (name: string) => View;
  readonly assets: Assets;
  readonly metrics: Metrics;
  readonly throttle: Throttle;
  readonly limits: AccountLimits;
  readonly sweepWaitlists: SweepWaitlists;
  readonly checkCounters: CheckCounters;
  readonly logger: Logger;
  readonly isDraining: () => boolean;
}

export interface App {
  readonly listener: RequestListener;
  /** Everything that can be asked of it, but for static files. */
  readonly routes: readonly RouteEntry[];
}

/** The way of a request: first, at the end, what is answered from memory or with one statement; the rest by Express, from top to bottom. */
export function createApp(services: Services, config: Config): App {
  const { logger, metrics, assets, views } = services;
  const signer = (purpose: string) => createSigner(config.secretKeys, purpose);
  const csrfSigner = signer('csrf');
  const alerts = createAlerts(signer('alert'));
  const pages = createPages({ views, assets, alerts, csrfSigner });

  const routers = [
    publicRoutes(services.destinations, pages),
    accountRoutes(services, pages),
    resetRoutes(services, pages),
    ownAccountRoutes(services, pages),
    bookingRoutes(services, pages),
    tripRoutes(services, pages),
    waitlistRoutes(services, pages),
  ];
  const routes = routesOf(routers);

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('trust proxy', config.trustProxy);

  app.use(sameOrigin());
  app.use(sessions({ store: services.sessionStore, secretKeys: config.secretKeys }));
  app.use(allowedMethods(routes, assets, notFound(pages)));
  app.use(formsOnly());
  app.use(express.urlencoded({ extended: false, limit: `${config.server.bodyLimitKb}kb`, parameterLimit: 50 }));
  const toFilledForm = ({ body }: Request) => bookPathOf(bookingFormOf(body), services.destinations);
  // one by one, as the record of the request takes the route's path
  for (const path of ['/book', '/waitlist']) app.post(path, requireTraveller(pages, toFilledForm));
  app.use(['/book', '/reservation', '/waitlist', '/account'], requireTraveller(pages));
  app.use('/logout', loggedOut(pages));
  app.use(csrf(csrfSigner));
  if (config.mail) app.use(['/book', '/reservation', '/waitlist'], tripLimit(services.throttle, services.limits));

  app.use(...routers);

  app.use(notFound(pages));
  app.use(errorPages(pages, logger));

  // its types do not tell of the third, without which Express would answer with the stack of what not even errorPages answered
  const byRoute = app as unknown as (request: IncomingMessage, response: ServerResponse, otherwise: Fail) => void;
  const record = requestRecord({ logger, metrics });
  const isSecure = secureRequests(app);
  const [plain, secure] = [securityHeaders(false), securityHeaders(true)];
  const keptAnswers = [visitorPages(pages, csrfSigner), staticFiles(assets)];
  const answerTraveller = travellerPages({
    pages,
    more: bookingTravellerPages(services, pages),
    store: services.sessionStore,
    sessionIds: sessionIds(config.secretKeys),
    csrfSigner,
  });

  const answer = (request: IncomingMessage, response: ServerResponse, about: About, fail: Fail) => {
    // while draining, every answer closes its connection: server.close() alone waits for busy kept-alive ones for ever
    if (services.isDraining()) response.shouldKeepAlive = false;
    const byExpress = () => {
      const { headers } = about;
      for (let at = 0; at < headers.length; at += 2) response.setHeader(headers[at] ?? '', headers[at + 1] ?? '');
      byRoute(request, response, fail);
    };
    if (asksOnly(request)) {
      if (keptAnswers.some((kept) => kept(request, response, about))) return;
      const answering = answerTraveller(request, response, about, byExpress);
      if (answering) {
        answering.catch(fail);
        return;
      }
    }
    byExpress();
  };
  const listener: RequestListener = (request, response) => {
    const overHttps = isSecure(request);
    const id = record(request, response);
    const headers = ['X-Request-Id', id].concat(overHttps ? secure : plain);
    const fail = lastResort({ response, headers, id, logger });
    try {
      answer(request, response, { headers, overHttps }, fail);
    } catch (error) {
      fail(error);
    }
  };
  return { listener, routes };
}

/** What Express' `request.secure` will be. */
function secureRequests(app: Express): (request: IncomingMessage) => boolean {
  const trusts = app.get('trust proxy fn') as (address: string | undefined, hop: number) => boolean;
  if (app.get('trust proxy') === false) return () => false;
  return ({ socket, headers }) => {
    const forwarded = headers['x-forwarded-proto'];
    const [protocol = ''] = typeof forwarded === 'string' ? forwarded.split(',') : [];
    return protocol.trim() === 'https' && trusts(socket.remoteAddress, 0);
  };
}
