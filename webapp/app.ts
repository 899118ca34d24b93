import './locals.ts';
import express, { type Express } from 'express';
import { type OwnAccountServices, ownAccountRoutes } from './accounts/account-routes.ts';
import { type AccountServices, accountRoutes } from './accounts/routes.ts';
import { type BookingServices, bookingRoutes } from './bookings/routes.ts';
import { tripRoutes } from './bookings/trip-routes.ts';
import type { Config } from './config.ts';
import { createAlerts } from './http/alerts.ts';
import type { Assets } from './http/assets.ts';
import { createPages } from './http/pages.ts';
import { createSigner } from './http/signer.ts';
import type { View } from './http/views.ts';
import type { Logger } from './log.ts';
import { allowedMethods } from './middleware/allowed-methods.ts';
import { csrf } from './middleware/csrf.ts';
import { draining } from './middleware/draining.ts';
import { errorPages, notFound } from './middleware/error-pages.ts';
import { formsOnly } from './middleware/forms-only.ts';
import { requestRecord } from './middleware/request-record.ts';
import { requireTraveller } from './middleware/require-traveller.ts';
import { sameOrigin } from './middleware/same-origin.ts';
import { securityHeaders } from './middleware/security-headers.ts';
import { sessions } from './middleware/sessions.ts';
import { staticFiles } from './middleware/static-files.ts';
import { publicRoutes } from './pages/routes.ts';
import type { Metrics } from './probes/metrics.ts';
import type { Throttle } from './throttling/throttle.ts';

export interface Services extends AccountServices, OwnAccountServices, BookingServices {
  readonly views: (name: string) => View;
  readonly assets: Assets;
  readonly metrics: Metrics;
  readonly throttle: Throttle;
  readonly logger: Logger;
  readonly isDraining: () => boolean;
}

/** The way of a request, from top to bottom. */
export function createApp(services: Services, config: Config): Express {
  const { logger, metrics, assets, views } = services;
  const csrfSigner = createSigner(config.secretKeys, 'csrf');
  const alerts = createAlerts(createSigner(config.secretKeys, 'alert'));
  const pages = createPages({ views, assets, alerts, csrfSigner });

  const routers = [
    publicRoutes(services.destinations, pages),
    accountRoutes(services, pages),
    ownAccountRoutes(services, pages),
    bookingRoutes(services, pages),
    tripRoutes(services, pages),
  ];

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('trust proxy', config.trustProxy);

  app.use(draining(services.isDraining));
  app.use(requestRecord({ logger, metrics }));
  app.use(securityHeaders());
  app.use(staticFiles(assets));
  app.use(sameOrigin());
  app.use(sessions({ store: services.sessionStore, secretKeys: config.secretKeys }));
  app.use(allowedMethods(routers, assets, notFound(pages)));
  app.use(formsOnly());
  app.use(express.urlencoded({ extended: false, limit: `${config.server.bodyLimitKb}kb`, parameterLimit: 50 }));
  app.use(['/book', '/reservation', '/account'], requireTraveller(pages));
  app.use(csrf(csrfSigner));

  app.use(...routers);

  app.use(notFound(pages));
  app.use(errorPages(pages, logger));
  return app;
}
