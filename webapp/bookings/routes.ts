import { Router } from 'express';
import type { Clock } from '../clock.ts';
import { ForbiddenError } from '../http/errors.ts';
import { textOf } from '../http/form.ts';
import type { Pages } from '../http/pages.ts';
import { endSession, signedIn } from '../middleware/sessions.ts';
import type { Metrics } from '../probes/metrics.ts';
import type { BookTrip } from './book-trip.ts';
import type { BookingStore } from './booking-store.ts';
import type { CancelTrip } from './cancel-trip.ts';
import type { ChangeDates } from './change-dates.ts';
import { calendarOf, daysOf, type Month, monthOf } from './calendar.ts';
import { type Day, dayOf, earliestDeparture, isoDay, spokenDay } from './dates.ts';
import type { Destination } from './destinations.ts';
import type { FindAlternatives } from './find-alternatives.ts';
import { bookingFormOf, newBookingForm } from './forms.ts';
import { type BookingForm, checkBookingForm, fixedMessage, refusalMessages } from './rules.ts';
import { bookingPage, departuresPage, tripCards } from './view.ts';

export interface BookingServices {
  readonly bookTrip: BookTrip;
  readonly cancelTrip: CancelTrip;
  readonly changeDates: ChangeDates;
  readonly findAlternatives: FindAlternatives;
  readonly bookings: BookingStore;
  readonly destinations: readonly Destination[];
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** Mounted behind requireTraveller, but for `/departures`, which is for everybody. */
export function bookingRoutes(services: BookingServices, pages: Pages): Router {
  const { destinations, clock, metrics, bookings } = services;
  const [first] = destinations;
  if (!first) throw new Error('There are no destinations');
  const router = Router();

  const calendar = async (destination: Destination, month: Month) => {
    const booked = await bookings.booked(destination.id, ...daysOf(month));
    return calendarOf(destination, month, booked, earliestDeparture(clock.now()));
  };
  const chosenBy = (query: unknown) => destinations.find(({ id }) => id === textOf(query, 'destination')) ?? first;
  const monthBy = (query: unknown) => monthOf(textOf(query, 'month'));
  const page = async (form: BookingForm, month: Month | undefined, alternatives: readonly Day[] = []) => {
    const destination = destinations.find(({ name }) => name === form.destination) ?? first;
    const shown = month ?? (dayOf(form.departureDate) ?? isoDay(clock.now())).slice(0, 7);
    return bookingPage(
      form,
      destinations,
      await calendar(destination, shown),
      earliestDeparture(clock.now()),
      alternatives,
    );
  };

  router.get('/departures', async (request, response) => {
    const month = monthBy(request.query) ?? isoDay(clock.now()).slice(0, 7);
    const model = departuresPage(await calendar(chosenBy(request.query), month), destinations, '/departures');
    pages.send(request, response, 'departures', model);
  });

  router.get('/book', async (request, response) => {
    const form = newBookingForm(request.query, destinations, isoDay(clock.now()));
    pages.send(request, response, 'book', await page(form, monthBy(request.query)));
  });

  router.post('/book', async (request, response) => {
    const traveller = signedIn(request);
    if (!traveller) throw new ForbiddenError('token');
    const form = bookingFormOf(request.body);
    const earliest = earliestDeparture(clock.now());
    const { trip, errors } = checkBookingForm(form, { destinations, earliestDeparture: earliest });
    if (errors) {
      metrics.bookings.inc({ outcome: 'invalid' });
      pages.send(request, response, 'book', { ...(await page(form, undefined)), errors }, 422);
      return;
    }
    const verdict = await services.bookTrip(traveller.id, trip);
    if (verdict.kind === 'gone') {
      await endSession(request);
      pages.redirect(request, response, '/home', { kind: 'danger', text: 'Your account has been deleted.' });
      return;
    }
    if (verdict.kind === 'refused') {
      metrics.bookings.inc({ outcome: verdict.full ? 'full' : 'overlapping' });
      const refusal = refusalMessages(trip.destination.name, verdict.full, verdict.overlapping);
      const alternatives = verdict.full ? await services.findAlternatives(traveller.id, trip) : [];
      const model = { ...(await page(form, undefined, alternatives)), errors: refusal };
      pages.send(request, response, 'book', model, 409);
      return;
    }
    metrics.bookings.inc({ outcome: verdict.kind === 'book' ? 'booked' : 'repeated' });
    pages.redirect(request, response, '/reservation', {
      kind: 'success',
      text: `Success! Your vacation has been booked. We wish you a safe trip to ${trip.destination.name}!`,
    });
  });

  router.get('/reservation', async (request, response) => {
    const traveller = signedIn(request);
    if (!traveller) throw new ForbiddenError('token');
    const trips = tripCards(await bookings.ofTraveller(traveller.id), clock.now());
    pages.send(request, response, 'reservation', { title: 'Your trips', trips });
  });

  router.post('/reservation', async (request, response) => {
    const traveller = signedIn(request);
    if (!traveller) throw new ForbiddenError('token');
    const cancellation = await services.cancelTrip(traveller.id, textOf(request.body, 'booking'));
    if (cancellation.kind !== 'cancelled') {
      const text =
        cancellation.kind === 'unknown'
          ? 'You have no trip with that reference. Nothing was cancelled.'
          : fixedMessage('departed', cancellation.booking.destinationName);
      pages.redirect(request, response, '/reservation', { kind: 'danger', text });
      return;
    }
    metrics.bookings.inc({ outcome: 'cancelled' });
    const { destinationName, departureDate } = cancellation.booking;
    pages.redirect(request, response, '/reservation', {
      kind: 'info',
      text: `Your trip to ${destinationName} on ${spokenDay(departureDate)} has been cancelled.`,
    });
  });

  return router;
}
