import { Router } from 'express';
import type { Destination } from '../bookings/destinations.ts';
import type { Pages } from '../http/pages.ts';

/** The pages that need no database. */
export function publicRoutes(destinations: readonly Destination[], pages: Pages): Router {
  const router = Router();
  router.get(['/', '/home'], pages.fixed(['/', '/home'], 'home', { title: 'Home', destinations }));
  router.get('/about', pages.fixed(['/about'], 'about', { title: 'About', destinations }));
  return router;
}
