import { Router } from 'express';
import { type BookingServices, bookedMessage, sayFarewell, tripAskedFor } from '../bookings/routes.ts';
import { bookingFormOf, bookPathOf } from '../bookings/forms.ts';
import { spokenDay } from '../bookings/dates.ts';
import { refusalMessages } from '../bookings/rules.ts';
import { redirectTo } from '../web/redirect-to.ts';
import { textOf } from '../web/form.ts';
import { requireToken } from '../web/csrf.ts';
import { redirectWithAlert } from '../web/flash.ts';
import { methodNotAllowed } from '../web/method-not-allowed.ts';
import { requireTraveller } from '../web/require-traveller.ts';
import { tripLimit } from '../bookings/trip-limit.ts';
import { travellerOf } from '../web/sessions.ts';
import type { JoinWaitlist } from './join-waitlist.ts';
import type { LeaveWaitlist } from './leave-waitlist.ts';
import { closedMessage } from './rules.ts';
import type { TakeOffer } from './take-offer.ts';

export interface WaitlistServices extends BookingServices {
  readonly joinWaitlist: JoinWaitlist;
  readonly leaveWaitlist: LeaveWaitlist;
  readonly takeOffer: TakeOffer;
}

/** There is no page here: the page of trips shows the traveller's entries. */
export function waitlistRoutes(services: WaitlistServices): Router {
  const { bookingPages, destinations, metrics } = services;
  const router = Router();
  const traveller = requireTraveller();
  const travellerOrLogIn = requireTraveller(({ body }) => bookPathOf(bookingFormOf(body, destinations)));
  const limit = tripLimit(services.throttle, services.limits);

  router
    .route('/waitlist')
    .get(traveller, redirectTo('/book'))
    .post(travellerOrLogIn, requireToken, limit, async (request, response) => {
      const { id } = travellerOf(request);
      const asked = await tripAskedFor(request, response, services);
      if (!asked) return;
      const { form, trip } = asked;
      const joining = await services.joinWaitlist(id, trip);
      switch (joining.kind) {
        case 'gone':
          return sayFarewell(request, response);
        case 'refused': {
          metrics.bookings.inc({ outcome: 'overlapping' });
          const refusal = { full: false, overlapping: joining.overlapping };
          response.status(409).render('book', await bookingPages.refused(id, form, trip, refusal));
          return;
        }
        case 'booked':
          metrics.bookings.inc({ outcome: joining.isNew ? 'booked' : 'repeated' });
          redirectWithAlert(response, '/reservation', {
            kind: 'success',
            text: bookedMessage(trip.destination.name),
          });
          return;
        case 'waiting': {
          if (joining.isNew) metrics.bookings.inc({ outcome: 'waitlisted' });
          const text = `You are on the waiting list for ${trip.destination.name} on ${spokenDay(trip.departureDate)}.`;
          redirectWithAlert(response, '/reservation', { kind: 'success', text });
        }
      }
    })
    .all(methodNotAllowed);
  router
    .route('/waitlist/take')
    .get(traveller, redirectTo('/reservation'))
    .post(traveller, requireToken, limit, async (request, response) => {
      const { id } = travellerOf(request);
      const taking = await services.takeOffer(id, textOf(request.body, 'entry'));
      const refuse = (text: string) => redirectWithAlert(response, '/reservation', { kind: 'danger', text });
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
      if (outcome.kind === 'gone') return sayFarewell(request, response);
      if (outcome.kind === 'refused') {
        metrics.bookings.inc({ outcome: outcome.full ? 'full' : 'overlapping' });
        const { departureDate: reason = '' } = refusalMessages(destinationName, outcome.full, outcome.overlapping);
        refuse(reason);
        return;
      }
      metrics.bookings.inc({ outcome: outcome.kind === 'book' ? 'booked' : 'repeated' });
      redirectWithAlert(response, '/reservation', { kind: 'success', text: bookedMessage(destinationName) });
    })
    .all(methodNotAllowed);

  router
    .route('/waitlist/leave')
    .get(traveller, redirectTo('/reservation'))
    .post(traveller, requireToken, limit, async (request, response) => {
      const left = await services.leaveWaitlist(travellerOf(request).id, textOf(request.body, 'entry'));
      redirectWithAlert(response, '/reservation', {
        kind: 'info',
        text: left
          ? `You do not wait for ${left.destinationName} on ${spokenDay(left.departureDate)} any more.`
          : 'You do not wait for that place any more.',
      });
    })
    .all(methodNotAllowed);

  return router;
}
