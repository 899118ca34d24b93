import './locals.ts';
import express, { type Express } from 'express';
import { type OwnAccountServices, ownAccountRoutes } from './accounts/account-routes.ts';
import { type DetailsServices, detailsRoutes } from './accounts/details-routes.ts';
import { type ResetServices, resetRoutes } from './accounts/reset-routes.ts';
import { type AccountServices, accountRoutes } from './accounts/routes.ts';
import type { CheckCounters } from './bookings/check-counters.ts';
import { bookingRoutes } from './bookings/routes.ts';
import { tripRoutes } from './bookings/trip-routes.ts';
import type { Chore } from './chores.ts';
import type { Config } from './config.ts';
import { createAlerts } from './http/alerts.ts';
import type { Assets } from './http/assets.ts';
import { createPages } from './http/pages.ts';
import { createSigner } from './http/signer.ts';
import type { View } from './http/views.ts';
import type { Logger } from './log.ts';
import { csrf } from './middleware/csrf.ts';
import { draining } from './middleware/draining.ts';
import { errorPages, notFound } from './middleware/error-pages.ts';
import { formsOnly } from './middleware/forms-only.ts';
import { requestRecord } from './middleware/request-record.ts';
import { sameOrigin } from './middleware/same-origin.ts';
import { securityHeaders } from './middleware/security-headers.ts';
import { sessions } from './middleware/sessions.ts';
import { staticFiles } from './middleware/static-files.ts';
import { publicRoutes } from './pages/routes.ts';
import type { Metrics } from './probes/metrics.ts';
import type { SweepWaitlists } from './waitlist/sweep-waitlists.ts';
import { type WaitlistServices, waitlistRoutes } from './waitlist/routes.ts';

export interface Services
  extends AccountServices, OwnAccountServices, DetailsServices, ResetServices, WaitlistServices {
  readonly views: (name: string) => View;
  readonly assets: Assets;
  readonly metrics: Metrics;
  readonly sweepWaitlists: SweepWaitlists;
  readonly checkCounters: CheckCounters;
  readonly fillIdentities: Chore;
  readonly logger: Logger;
  readonly isDraining: () => boolean;
}

/** What a request passes, from top to bottom. */
export function createApp({ services, config }: { readonly services: Services; readonly config: Config }): Express {
  const { logger, metrics, assets, views } = services;
  const csrfSigner = createSigner(config.secretKeys, 'csrf');
  const alerts = createAlerts(createSigner(config.secretKeys, 'alert'));
  const pages = createPages({ views, assets, alerts, csrfSigner });

  const app = express();
  app.set('env', 'production');
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('trust proxy', config.trustProxy);

  app.use(requestRecord({ logger, metrics }));
  app.use(draining(services.isDraining));
  app.use(securityHeaders());
  app.use(staticFiles(assets));
  app.use(sessions({ store: services.sessionStore, secretKeys: config.secretKeys }));
  app.use(sameOrigin());
  app.use(formsOnly());
  app.use(express.urlencoded({ extended: false, limit: `${config.server.bodyLimitKb}kb`, parameterLimit: 50 }));
  app.use(csrf(csrfSigner));

  app.use(publicRoutes(services.destinations, pages));
  app.use(accountRoutes(services, pages));
  app.use(resetRoutes(services, pages));
  app.use(ownAccountRoutes(services, pages));
  app.use(detailsRoutes(services, pages));
  app.use(bookingRoutes(services, pages));
  app.use(tripRoutes(services, pages));
  app.use(waitlistRoutes(services, pages));

  app.use(notFound(pages));
  app.use(errorPages(pages, logger));
  return app;
}
