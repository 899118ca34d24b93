import { Router } from 'express';
import type { Destination } from '../bookings/destinations.ts';
import { methodNotAllowed } from '../web/method-not-allowed.ts';

/** The pages that need no database. */
export function publicRoutes(destinations: readonly Destination[]): Router {
  const router = Router();
  router
    .route(['/', '/home'])
    .get((_request, response) => {
      response.render('home', { title: 'Home', destinations });
    })
    .all(methodNotAllowed);
  router
    .route('/about')
    .get((_request, response) => {
      response.render('about', { title: 'About', destinations });
    })
    .all(methodNotAllowed);
  return router;
}
