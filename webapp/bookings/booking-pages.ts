import type { Clock } from '../clock.ts';
import type { BookingStore } from './booking-store.ts';
import { calendarOf, daysOf, type Month, stateOn } from './calendar.ts';
import { type Day, dayOf, earliestDeparture, isoDay } from './dates.ts';
import type { Destination } from './destinations.ts';
import type { FindAlternatives, WantedTrip } from './find-alternatives.ts';
import { type BookingForm, refusalMessages, type StandingTrip } from './rules.ts';
import { bookingPage, departuresPage } from './view.ts';

export interface Refusal {
  readonly full: boolean;
  readonly overlapping: StandingTrip | undefined;
}

/** The models of the booking form and of the calendar, for the routes that share them. */
export interface BookingPages {
  departures(destination: Destination | undefined, month: Month | undefined): Promise<object>;
  /** Without `month` the calendar shows the month of the departure. */
  form(form: BookingForm, month?: Month): Promise<object>;
  /** If the departure is full, the page offers the nearest free ones and the waiting list. */
  refused(travellerId: number, form: BookingForm, trip: WantedTrip, refusal: Refusal): Promise<object>;
}

export interface BookingPagesOptions {
  readonly bookings: BookingStore;
  readonly destinations: readonly Destination[];
  readonly findAlternatives: FindAlternatives;
  readonly clock: Clock;
}

export function createBookingPages(options: BookingPagesOptions): BookingPages {
  const { bookings, destinations, findAlternatives, clock } = options;
  const [first] = destinations;
  if (!first) throw new Error('There are no destinations');
  const calendar = async (destination: Destination, month: Month) => {
    const booked = await bookings.booked(destination.id, ...daysOf(month));
    return calendarOf(destination, month, booked, earliestDeparture(clock.now()));
  };
  const monthIn = (form: BookingForm) => dayOf(form.departureDate)?.slice(0, 7);
  const thisMonth = () => isoDay(clock.now()).slice(0, 7);
  const page = async (form: BookingForm, month?: Month, full?: boolean, alternatives: readonly Day[] = []) => {
    const shown = await calendar(form.destination ?? first, month ?? monthIn(form) ?? thisMonth());
    const departure = dayOf(form.departureDate);
    const waitFor = (full ?? stateOn(shown, departure) === 'full') ? departure : undefined;
    return bookingPage(form, destinations, shown, earliestDeparture(clock.now()), { alternatives, waitFor });
  };
  return {
    async departures(destination, month) {
      return departuresPage(await calendar(destination ?? first, month ?? thisMonth()), destinations, '/departures');
    },
    form: (form, month) => page(form, month),
    async refused(travellerId, form, trip, { full, overlapping }) {
      const alternatives = full ? await findAlternatives(travellerId, trip) : [];
      const model = await page(form, undefined, full && !overlapping, alternatives);
      return { ...model, errors: refusalMessages(trip.destination.name, full, overlapping) };
    },
  };
}
