import { type Request, type Response, Router } from 'express';
import type { Clock } from '../clock.ts';
import { redirectTo } from '../web/redirect-to.ts';
import { textOf } from '../web/form.ts';
import { requireToken } from '../web/csrf.ts';
import { redirectWithAlert } from '../web/flash.ts';
import { methodNotAllowed } from '../web/method-not-allowed.ts';
import { requireTraveller } from '../web/require-traveller.ts';
import { type TripLimits, tripLimit } from './trip-limit.ts';
import { endSession, travellerOf } from '../web/sessions.ts';
import type { Mailbox } from '../mail/letter.ts';
import type { Throttle } from '../throttling/throttle.ts';
import type { Metrics } from '../probes/metrics.ts';
import type { BookTrip } from './book-trip.ts';
import type { BookingPages } from './booking-pages.ts';
import type { BookingStore, StoredBooking } from './booking-store.ts';
import { monthOf } from './calendar.ts';
import type { CancelTrip } from './cancel-trip.ts';
import type { ChangeDates } from './change-dates.ts';
import { earliestDeparture, isoDay, spokenDay } from './dates.ts';
import type { Destination } from './destinations.ts';
import { bookingFormOf, bookPathOf, destinationIn, formOf, newBookingForm } from './forms.ts';
import { type BookingForm, canUndo, checkBookingForm, fixedMessage, type TripRequest, undoableSince } from './rules.ts';
import type { UndoCancellation } from './undo-cancellation.ts';
import { tripCards, undoCards } from './view.ts';

export interface BookingServices {
  readonly bookTrip: BookTrip;
  readonly cancelTrip: CancelTrip;
  readonly undoCancellation: UndoCancellation;
  readonly undoMinutes: number;
  readonly changeDates: ChangeDates;
  readonly bookings: BookingStore;
  /** The waiting-list entries on the page of trips. */
  readonly waitingCards: (travellerId: number) => Promise<readonly object[]>;
  readonly bookingPages: BookingPages;
  /** The organizer in calendar files. Undefined if no mail is sent. */
  readonly organizer: Mailbox | undefined;
  readonly destinations: readonly Destination[];
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly throttle: Throttle;
  readonly limits: TripLimits;
}

export function bookingRoutes(services: BookingServices): Router {
  const { destinations, clock, metrics, bookings, bookingPages, undoMinutes } = services;
  const router = Router();
  const traveller = requireTraveller();
  const travellerOrLogIn = requireTraveller(({ body }) => bookPathOf(bookingFormOf(body, destinations)));
  const limit = tripLimit(services.throttle, services.limits);
  const monthBy = (query: unknown) => monthOf(textOf(query, 'month'));

  router
    .route('/departures')
    .get(async (request, response) => {
      const model = await bookingPages.departures(destinationIn(request.query, destinations), monthBy(request.query));
      response.render('departures', model);
    })
    .all(methodNotAllowed);

  router
    .route('/book')
    .get(traveller, async (request, response) => {
      const form = newBookingForm(request.query, destinations, isoDay(clock.now()));
      response.render('book', await bookingPages.form(form, monthBy(request.query)));
    })
    .post(travellerOrLogIn, requireToken, limit, async (request, response) => {
      const { id } = travellerOf(request);
      const asked = await tripAskedFor(request, response, services);
      if (!asked) return;
      const { form, trip } = asked;
      const verdict = await services.bookTrip(id, trip);
      if (verdict.kind === 'gone') {
        await sayFarewell(request, response);
        return;
      }
      if (verdict.kind === 'refused') {
        metrics.bookings.inc({ outcome: verdict.full ? 'full' : 'overlapping' });
        response.status(409).render('book', await bookingPages.refused(id, form, trip, verdict));
        return;
      }
      metrics.bookings.inc({ outcome: verdict.kind === 'book' ? 'booked' : 'repeated' });
      redirectWithAlert(response, '/reservation', {
        kind: 'success',
        text: bookedMessage(trip.destination.name),
      });
    })
    .all(methodNotAllowed);

  router
    .route('/reservation')
    .get(traveller, async (request, response) => {
      const { id } = travellerOf(request);
      const now = clock.now();
      const [known, waiting] = await Promise.all([
        bookings.ofTraveller(id, undoableSince(undoMinutes, now)),
        services.waitingCards(id),
      ]);
      response.render('reservation', tripsPage(known, waiting, services, now));
    })
    .post(traveller, requireToken, limit, async (request, response) => {
      const cancellation = await services.cancelTrip(travellerOf(request).id, textOf(request.body, 'booking'));
      if (cancellation.kind !== 'cancelled') {
        const text =
          cancellation.kind === 'unknown'
            ? 'You have no trip with that reference. Nothing was cancelled.'
            : fixedMessage('departed', cancellation.booking.destinationName);
        redirectWithAlert(response, '/reservation', { kind: 'danger', text });
        return;
      }
      if (cancellation.isNew) metrics.bookings.inc({ outcome: 'cancelled' });
      const { destinationName, departureDate } = cancellation.booking;
      redirectWithAlert(response, '/reservation', {
        kind: 'info',
        text: `Your trip to ${destinationName} on ${spokenDay(departureDate)} has been cancelled.`,
      });
    })
    .all(methodNotAllowed);

  router
    .route('/reservation/undo')
    .get(traveller, redirectTo('/reservation'))
    .post(traveller, requireToken, limit, async (request, response) => {
      const { id } = travellerOf(request);
      const undoing = await services.undoCancellation(id, textOf(request.body, 'booking'));
      const refuse = (text: string) => redirectWithAlert(response, '/reservation', { kind: 'danger', text });
      if (undoing.kind === 'unknown') {
        refuse('You have no trip with that reference. Nothing was changed.');
        return;
      }
      const { booking } = undoing;
      const trip = `trip to ${booking.destinationName} on ${spokenDay(booking.departureDate)}`;
      if (undoing.kind === 'too late') {
        refuse(`It is too late to undo that. Your ${trip} stays cancelled.`);
        return;
      }
      if (undoing.kind === 'refused') {
        metrics.bookings.inc({ outcome: undoing.full ? 'full' : 'overlapping' });
        const wanted = { ...booking, destination: undoing.destination };
        const model = await bookingPages.refused(id, formOf(wanted), wanted, undoing);
        response.status(409).render('book', model);
        return;
      }
      if (undoing.isNew) metrics.bookings.inc({ outcome: 'undone' });
      const text = `Success! Your ${trip} is on again.`;
      redirectWithAlert(response, '/reservation', { kind: 'success', text });
    })
    .all(methodNotAllowed);

  return router;
}

/** Shows the traveller's trips, cancellations that can be undone, and waiting-list entries. */
function tripsPage(
  known: readonly StoredBooking[],
  waiting: readonly object[],
  { destinations, undoMinutes }: Pick<BookingServices, 'destinations' | 'undoMinutes'>,
  now: Date,
) {
  const standing = known.filter(({ cancelledAt }) => cancelledAt === null);
  return {
    title: 'Your trips',
    trips: tripCards(standing, destinations, now),
    cancelled: undoCards(known.filter((booking) => canUndo(booking, undoMinutes, now))),
    undoMinutes,
    waiting,
  };
}

/** Reads the booking form. If it breaks a rule, shows it again with messages and resolves to undefined. */
export async function tripAskedFor(
  request: Request,
  response: Response,
  { bookingPages, clock, destinations, metrics }: BookingServices,
): Promise<{ readonly form: BookingForm; readonly trip: TripRequest } | undefined> {
  const form = bookingFormOf(request.body, destinations);
  const { trip, errors } = checkBookingForm(form, earliestDeparture(clock.now()));
  if (!errors) return { form, trip };
  metrics.bookings.inc({ outcome: 'invalid' });
  response.status(422).render('book', { ...(await bookingPages.form(form)), errors });
  return undefined;
}

export function bookedMessage(destinationName: string): string {
  return `Success! Your vacation has been booked. We wish you a safe trip to ${destinationName}!`;
}

/** The answer if the account was deleted while its form was on its way. */
export async function sayFarewell(request: Request, response: Response): Promise<void> {
  await endSession(request);
  redirectWithAlert(response, '/home', { kind: 'danger', text: 'Your account has been deleted.' });
}
