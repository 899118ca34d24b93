import { Router } from 'express';
import { type BookingServices, bookedMessage, sayFarewell, tripAskedFor } from '../bookings/routes.ts';
import { spokenDay } from '../bookings/dates.ts';
import { refusalMessages } from '../bookings/rules.ts';
import { formPage } from '../http/form-page.ts';
import { textOf } from '../http/form.ts';
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

/** Mounted behind requireTraveller. What is waited for is shown among the trips. */
export function waitlistRoutes(services: WaitlistServices, pages: Pages): Router {
  const { bookingPages, metrics } = services;
  const router = Router();

  router.get('/waitlist', formPage('/book'));
  router.get(['/waitlist/take', '/waitlist/leave'], formPage('/reservation'));

  router.post('/waitlist', async (request, response) => {
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
  });

  router.post('/waitlist/take', async (request, response) => {
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
  });

  router.post('/waitlist/leave', async (request, response) => {
    const left = await services.leaveWaitlist(travellerOf(request).id, textOf(request.body, 'entry'));
    pages.redirect(request, response, '/reservation', {
      kind: 'info',
      text: left
        ? `You do not wait for ${left.destinationName} on ${spokenDay(left.departureDate)} any more.`
        : 'You do not wait for a place with that reference.',
    });
  });

  return router;
}
