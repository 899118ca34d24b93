import { randomUUID } from 'node:crypto';
import { filledIn, type KeptHtml, keptHtml, place } from '../http/kept-html.ts';
import type { Pages } from '../http/pages.ts';
import { remembering } from '../http/remembering.ts';
import type { TravellerPage } from '../http/traveller-page.ts';
import { escaped } from '../http/views.ts';
import { BOOKED_ALONG, bookedOf, type Trips, TRIPS_ALONG, tripsOf, waits } from './along.ts';
import { earliestDeparture, isoDay } from './dates.ts';
import { daysOf } from './calendar.ts';
import { newBookingForm } from './forms.ts';
import { type BookingServices, tripsPage } from './routes.ts';
import { undoableSince } from './rules.ts';
import { timestamp } from '../database/timestamp.ts';

/** The booking form as nobody has filled it in yet, and the traveller's trips. */
export function bookingTravellerPages(services: BookingServices, pages: Pages): readonly TravellerPage[] {
  return [bookPage(services, pages), reservationPage(services, pages)];
}

function bookPage({ destinations, bookingPages }: BookingServices, pages: Pages): TravellerPage {
  const path = '/book';
  // what it shows is all in the key, so that it is never out of date
  let last: { readonly key: string; readonly html: KeptHtml } | undefined;
  const htmlOf = (now: Date, along: string | null): KeptHtml => {
    const today = isoDay(now);
    const key = `${today} ${earliestDeparture(now)} ${along}`;
    if (last?.key !== key) {
      const form = { ...newBookingForm({}, destinations, today), formKey: place('form_key') };
      const model = bookingPages.formWith(form, bookedOf(today.slice(0, 7), along), now);
      const seen = { traveller: { username: place('username') }, token: place('token'), path };
      last = { key, html: keptHtml(pages.html('book', model, seen)) };
    }
    return last.html;
  };
  return {
    path,
    route: path,
    along: { sql: BOOKED_ALONG, values: (now) => [destinations[0]?.id ?? '', ...daysOf(isoDay(now).slice(0, 7))] },
    html: ({ username }, token, { at, along }) =>
      filledIn(htmlOf(at, along), { token, username: escaped(username), form_key: randomUUID() }),
  };
}

function reservationPage(services: BookingServices, pages: Pages): TravellerPage {
  const { undoMinutes, waitlistEntries } = services;
  const path = '/reservation';
  // here too what is shown is all in the key; what was cancelled is among the trips for as long as it can be taken back
  const htmlOf = remembering((_key: string, trips: Trips, now: Date): KeptHtml => {
    const seen = { traveller: { username: place('username') }, token: place('token'), path };
    return keptHtml(pages.html('reservation', tripsPage(tripsOf(trips), [], services, now), seen));
  }, PAGES_KEPT);
  return {
    path,
    route: path,
    along: { sql: TRIPS_ALONG, values: (now) => [timestamp(undoableSince(undoMinutes, now))] },
    async html(traveller, token, { at, along }) {
      const trips = { travellerId: traveller.id, along };
      if (!waits(along) && (along ?? '').length < LONGEST_KEPT) {
        const html = htmlOf(`${isoDay(at)} ${earliestDeparture(at)} ${along}`, trips, at);
        return filledIn(html, { token, username: escaped(traveller.username) });
      }
      const entries = waits(along) ? await waitlistEntries.ofTraveller(traveller.id) : [];
      return pages.html('reservation', tripsPage(tripsOf(trips), entries, services, at), { traveller, token, path });
    },
  };
}

const PAGES_KEPT = 500;
/** About nine trips: a page of some 15 KiB. */
const LONGEST_KEPT = 1000;
