import { Router } from 'express';
import type { Destination } from '../bookings/destinations.ts';
import { methodNotAllowed } from '../middleware/method-not-allowed.ts';
import type { Pages } from '../http/pages.ts';

/** The pages that need no database. */
export function publicRoutes(destinations: readonly Destination[], pages: Pages): Router {
  const router = Router();
  router
    .route(['/', '/home'])
    .get((request, response) => {
      pages.send(request, response, 'home', { title: 'Home', destinations });
    })
    .all(methodNotAllowed);
  router
    .route('/about')
    .get((request, response) => {
      pages.send(request, response, 'about', { title: 'About', destinations });
    })
    .all(methodNotAllowed);
  return router;
}
