import { Router } from 'express';
import { type BookingServices, bookedMessage, sayFarewell, tripAskedFor } from '../bookings/routes.ts';
import { bookingFormOf, bookPathOf } from '../bookings/forms.ts';
import { spokenDay } from '../bookings/dates.ts';
import { refusalMessages } from '../bookings/rules.ts';
import { formPage } from '../http/form-page.ts';
import { textOf } from '../http/form.ts';
import { requireToken } from '../middleware/csrf.ts';
import { methodNotAllowed } from '../middleware/method-not-allowed.ts';
import { requireTraveller } from '../middleware/require-traveller.ts';
import { tripLimit } from '../middleware/trip-limit.ts';
import type { Pages } from '../http/pages.ts';
import { travellerOf } from '../middleware/sessions.ts';
import type { JoinWaitlist } from './join-waitlist.ts';
import type { LeaveWaitlist } from './leave-waitlist.ts';
import { closedMessage } from './rules.ts';
import type { TakeOffer } from './take-offer.ts';

export interface WaitlistServices extends BookingServices {
  readonly joinWaitlist: JoinWaitlist;
  readonly leaveWaitlist: LeaveWaitlist;
  readonly takeOffer: TakeOffer;
}

/** The page of trips shows what a traveller waits for. */
export function waitlistRoutes(services: WaitlistServices, pages: Pages): Router {
  const { bookingPages, destinations, metrics } = services;
  const router = Router();
  const traveller = requireTraveller(pages);
  const filledIn = requireTraveller(pages, ({ body }) => bookPathOf(bookingFormOf(body), destinations));
  const limit = tripLimit(services.throttle, services.limits);

  router
    .route('/waitlist')
    .get(traveller, formPage('/book'))
    .post(filledIn, requireToken, limit, async (request, response) => {
      const { id } = travellerOf(request);
      const asked = await tripAskedFor(request, response, services, pages);
      if (!asked) return;
      const { form, trip } = asked;
      const joining = await services.joinWaitlist(id, trip);
      switch (joining.kind) {
        case 'gone':
          return sayFarewell(request, response, pages);
        case 'refused': {
          metrics.bookings.inc({ outcome: 'overlapping' });
          const refusal = { full: false, overlapping: joining.overlapping };
          pages.send(request, response, 'book', await bookingPages.refused(id, form, trip, refusal), 409);
          return;
        }
        case 'booked':
          metrics.bookings.inc({ outcome: 'booked' });
          pages.redirect(request, response, '/reservation', {
            kind: 'success',
            text: bookedMessage(trip.destination.name),
          });
          return;
        case 'waiting': {
          metrics.bookings.inc({ outcome: 'waitlisted' });
          const text = `You are on the waiting list for ${trip.destination.name} on ${spokenDay(trip.departureDate)}.`;
          pages.redirect(request, response, '/reservation', { kind: 'success', text });
        }
      }
    })
    .all(methodNotAllowed);
  router
    .route('/waitlist/take')
    .get(traveller, formPage('/reservation'))
    .post(traveller, requireToken, limit, async (request, response) => {
      const { id } = travellerOf(request);
      const taking = await services.takeOffer(id, textOf(request.body, 'entry'));
      const refuse = (text: string) => pages.redirect(request, response, '/reservation', { kind: 'danger', text });
      if (taking.kind === 'unknown') {
        refuse('You do not wait for a place with that reference. Nothing was booked.');
        return;
      }
      const { destinationName } = taking;
      if (taking.kind === 'fixed') {
        refuse(closedMessage(taking.fixed, destinationName));
        return;
      }
      const { outcome } = taking;
      if (outcome.kind === 'gone') return sayFarewell(request, response, pages);
      if (outcome.kind === 'refused') {
        metrics.bookings.inc({ outcome: outcome.full ? 'full' : 'overlapping' });
        const { departure_date: reason = '' } = refusalMessages(destinationName, outcome.full, outcome.overlapping);
        refuse(reason);
        return;
      }
      metrics.bookings.inc({ outcome: outcome.kind === 'book' ? 'booked' : 'repeated' });
      pages.redirect(request, response, '/reservation', { kind: 'success', text: bookedMessage(destinationName) });
    })
    .all(methodNotAllowed);

  router
    .route('/waitlist/leave')
    .get(traveller, formPage('/reservation'))
    .post(traveller, requireToken, limit, async (request, response) => {
      const left = await services.leaveWaitlist(travellerOf(request).id, textOf(request.body, 'entry'));
      pages.redirect(request, response, '/reservation', {
        kind: 'info',
        text: left
          ? `You do not wait for ${left.destinationName} on ${spokenDay(left.departureDate)} any more.`
          : 'You do not wait for a place with that reference.',
      });
    })
    .all(methodNotAllowed);

  return router;
}
