import './web/locals.ts';
import { fileURLToPath } from 'node:url';
import cookieParser from 'cookie-parser';
import express, { type Express } from 'express';
import { type LogInServices, logInRoutes } from './accounts/log-in-routes.ts';
import { type OwnAccountServices, ownAccountRoutes } from './accounts/own-account-routes.ts';
import { type OwnDetailsServices, ownDetailsRoutes } from './accounts/own-details-routes.ts';
import { type PasswordResetServices, passwordResetRoutes } from './accounts/password-reset-routes.ts';
import { type RegistrationServices, registrationRoutes } from './accounts/registration-routes.ts';
import type { CheckCounters } from './bookings/check-counters.ts';
import { bookingRoutes } from './bookings/routes.ts';
import { tripRoutes } from './bookings/trip-routes.ts';
import type { Chore } from './chores.ts';
import type { Config } from './config.ts';
import type { Logger } from './log.ts';
import { publicRoutes } from './pages/routes.ts';
import type { Metrics } from './probes/metrics.ts';
import { createSigner, derivedKeys } from './signer.ts';
import type { SweepWaitlists } from './waitlist/sweep-waitlists.ts';
import { type WaitlistServices, waitlistRoutes } from './waitlist/routes.ts';
import type { Assets } from './web/assets.ts';
import { clientAddress } from './web/client-address.ts';
import { COOKIE_NAMES } from './web/cookies.ts';
import { csrf } from './web/csrf.ts';
import { draining } from './web/draining.ts';
import { errorPages, errorText, notFound } from './web/error-pages.ts';
import { formsOnly } from './web/forms-only.ts';
import { PAGE_DEFAULTS, pageLocals } from './web/page-locals.ts';
import { requestRecord } from './web/request-record.ts';
import { sameOrigin } from './web/same-origin.ts';
import { securityHeaders } from './web/security-headers.ts';
import { sessions } from './web/sessions.ts';
import { staticFiles } from './web/static-files.ts';

export interface Services
  extends
    RegistrationServices,
    LogInServices,
    PasswordResetServices,
    OwnAccountServices,
    OwnDetailsServices,
    WaitlistServices {
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
  const { assets, logger, metrics } = services;
  const csrfSigner = createSigner(config.secretKeys, 'csrf');
  const alertKeys = derivedKeys(config.secretKeys, 'alert').map((key) => key.toString('hex'));
  const app = express();

  // the default error handler then shows nobody a stack
  app.set('env', 'production');
  app.set('trust proxy', config.trustProxy);
  app.set('query parser', 'simple');
  app.set(COOKIE_NAMES, config.cookies);
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('views', fileURLToPath(new URL('./views', import.meta.url)));
  app.set('view engine', 'ejs');
  app.enable('view cache');
  Object.assign(app.locals, PAGE_DEFAULTS, { asset: (name: string) => assets.url(name) });

  app.use(clientAddress());
  app.use(requestRecord({ logger, metrics }));
  app.use(draining(services.isDraining));
  app.use(securityHeaders());
  app.use(staticFiles(assets));
  app.use(sessions({ store: services.sessionStore, secretKeys: config.secretKeys, names: config.cookies }));
  app.use(cookieParser(alertKeys));
  app.use(pageLocals(csrfSigner));
  app.use(sameOrigin());
  app.use(formsOnly());
  app.use(express.urlencoded({ extended: false, limit: `${config.server.bodyLimitKb}kb`, parameterLimit: 50 }));
  app.use(csrf(csrfSigner));

  app.use(publicRoutes(services.destinations));
  app.use(registrationRoutes(services));
  app.use(logInRoutes(services));
  app.use(passwordResetRoutes(services));
  app.use(ownAccountRoutes(services));
  app.use(ownDetailsRoutes(services));
  app.use(bookingRoutes(services));
  app.use(tripRoutes(services));
  app.use(waitlistRoutes(services));

  app.use(notFound());
  app.use(errorPages(logger));
  app.use(errorText(logger));
  return app;
}
