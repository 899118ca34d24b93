import { calendarOf } from '../../../webapp/bookings/calendar.ts';
import { earliestDeparture, isoDay } from '../../../webapp/bookings/dates.ts';
import { DEFAULT_DESTINATIONS } from '../../../webapp/bookings/destinations.ts';
import { newBookingForm } from '../../../webapp/bookings/forms.ts';
import { bookingPage, tripCards } from '../../../webapp/bookings/view.ts';
import { htmlName } from '../../../webapp/web/form.ts';
import { CAPACITY } from './statements.ts';

export interface FixedPage {
  readonly path: string;
  readonly view: string;
  readonly data: object;
}

/** The pages that are compared, with the data that their templates show. They are computed once: rendering is all that is left. */
export function fixedPages(now: Date): readonly FixedPage[] {
  const destinations = DEFAULT_DESTINATIONS.map((one) => ({ ...one, capacity: CAPACITY }));
  const [first] = destinations;
  if (!first) throw new Error('there are no destinations');
  const today = isoDay(now);
  const earliest = earliestDeparture(now);
  const calendar = calendarOf(first, today.slice(0, 7), new Map(), earliest);
  const form = newBookingForm({}, destinations, today);
  const trips = tripCards([TRIP], destinations, now);
  return [
    { path: '/', view: 'home', data: { title: 'Home', destinations } },
    { path: '/about', view: 'about', data: { title: 'About', destinations } },
    { path: '/login', view: 'login', data: { title: 'Log in', byMail: false, next: undefined } },
    { path: '/register', view: 'register', data: { title: 'Register', minimumPasswordLength: 8 } },
    {
      path: '/book',
      view: 'book',
      data: bookingPage(form, destinations, calendar, earliest, { alternatives: [], waitFor: undefined }),
    },
    {
      path: '/reservation',
      view: 'reservation',
      data: { title: 'Your trips', trips, cancelled: [], undoMinutes: 10, waiting: [] },
    },
  ];
}

/** What the web app tells every template: see app.ts and page-locals.ts there. */
export const PAGE_LOCALS = {
  traveller: undefined,
  isTravellerKnown: true,
  takeFlash: () => [],
  htmlName,
  alerts: [],
  errors: {},
  labels: {},
  values: {},
  csrfToken: () => TOKEN,
  visitorToken: () => TOKEN,
};

/** As long as a real one. */
const TOKEN = 'x'.repeat(86);

const TRIP = {
  id: 1,
  reference: 'ABCDEFGH',
  travellerId: 1,
  destinationId: 'trappist-1',
  destinationName: 'TRAPPIST-1 System',
  departureDate: '2040-01-01',
  returnDate: '2040-01-02',
  age: 42,
  previousExperience: false,
  blackholeVisit: true,
  sequence: 0,
  changedAt: new Date(0),
  cancelledAt: null,
};
