import { Router } from 'express';
import { requireToken } from '../web/csrf.ts';
import { redirectWithAlert } from '../web/flash.ts';
import { methodNotAllowed } from '../web/method-not-allowed.ts';
import { requireTraveller } from '../web/require-traveller.ts';
import { tripLimit } from './trip-limit.ts';
import { travellerOf } from '../web/sessions.ts';
import { calendarFile } from './calendar-file.ts';
import { earliestDeparture } from './dates.ts';
import { datesOf } from './forms.ts';
import { checkDates, fixedMessage, refusalMessages, whyFixed } from './rules.ts';
import type { BookingServices } from './routes.ts';
import { changePage, tripCards } from './view.ts';

/** The pages of one trip. Another traveller's trip is answered like one that does not exist. */
export function tripRoutes(services: BookingServices): Router {
  const { bookings, clock, destinations, metrics } = services;
  const router = Router();
  const traveller = requireTraveller();
  const limit = tripLimit(services.throttle, services.limits);

  router
    .route('/reservation/:reference/ticket')
    .get(traveller, async (request, response, next) => {
      const booking = await bookings.find(travellerOf(request).id, request.params.reference);
      const [trip] = booking && !booking.cancelledAt ? tripCards([booking], destinations, clock.now()) : [];
      if (!trip) {
        next();
        return;
      }
      const name = travellerOf(request).name;
      response.render('ticket', { title: `Ticket ${trip.reference}`, trip, name });
    })
    .all(methodNotAllowed);

  router
    .route('/reservation/:reference/trip.ics')
    .get(traveller, async (request, response, next) => {
      const booking = await bookings.find(travellerOf(request).id, request.params.reference);
      if (!booking) {
        next();
        return;
      }
      const stamp = services.organizer ? clock.now() : booking.changedAt;
      response
        .set('Content-Disposition', `attachment; filename="trip-${booking.reference}.ics"`)
        .type('text/calendar; charset=utf-8')
        .end(calendarFile({ ...booking, cancelled: booking.cancelledAt !== null }, stamp, services.organizer));
    })
    .all(methodNotAllowed);

  router
    .route('/reservation/:reference/change')
    .get(traveller, async (request, response, next) => {
      const booking = await bookings.find(travellerOf(request).id, request.params.reference);
      if (!booking || booking.cancelledAt) {
        next();
        return;
      }
      const fixed = whyFixed(booking, destinations, clock.now());
      if (fixed) {
        const text = fixedMessage(fixed, booking.destinationName);
        redirectWithAlert(response, '/reservation', { kind: 'danger', text });
        return;
      }
      response.render('change', changePage(booking, booking, earliestDeparture(clock.now())));
    })
    .post(traveller, requireToken, limit, async (request, response, next) => {
      const traveller = travellerOf(request).id;
      const booking = await bookings.find(traveller, request.params.reference);
      if (!booking || booking.cancelledAt) {
        next();
        return;
      }
      const earliest = earliestDeparture(clock.now());
      const form = datesOf(request.body);
      const model = changePage(booking, form, earliest);
      const { days, errors } = checkDates(form, earliest);
      if (errors) {
        response.status(422).render('change', { ...model, errors });
        return;
      }
      const change = await services.changeDates(traveller, booking.reference, days);
      if (change.kind === 'unknown') {
        next();
        return;
      }
      if (change.kind === 'fixed') {
        const text = fixedMessage(change.fixed, booking.destinationName);
        redirectWithAlert(response, '/reservation', { kind: 'danger', text });
        return;
      }
      if (change.kind === 'refused') {
        const refusal = refusalMessages(booking.destinationName, change.full, change.overlapping);
        response.status(409).render('change', { ...model, errors: refusal });
        return;
      }
      if (change.isNew) metrics.bookings.inc({ outcome: 'changed' });
      const text = `Success! Your trip to ${booking.destinationName} has new dates.`;
      redirectWithAlert(response, '/reservation', { kind: 'success', text });
    })
    .all(methodNotAllowed);

  return router;
}
