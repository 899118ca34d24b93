import { randomUUID } from 'node:crypto';
import type { RowDataPacket } from 'mysql2/promise';
import { KeptConnection, raw } from './kept-connection.ts';
import { type CpuRange, ORIGINAL } from './original.ts';
import { type Cookies, logInRequest, type SignedIn, visit, type World } from './world.ts';

/** One row of the table: requests of one kind. */
export interface Route {
  readonly name: string;
  readonly kind: 'page' | 'form' | 'log-in';
  readonly original: CpuRange;
  readonly status: number;
  /** Those of one round; what must be there before is made first. */
  requests(world: World, round: number): Promise<readonly string[]>;
  /** What the minimal Express application shows too. */
  readonly page?: Page;
}

export interface Page {
  readonly path: string;
  readonly forTravellers: boolean;
}

const DAY = 86_400_000;
const DESTINATION = 'TRAPPIST-1 System';
/** So many rounds later depart the vessels that are full. */
const FULL = 500;
const PAGES_IN_ROUND = 2500;
const LOG_INS_IN_ROUND = 60;

/** The day on which all travellers depart in a round; a traveller's trips never overlap. */
export function dayOf(round: number): string {
  return new Date(Date.UTC(2040, 0, 1) + round * 3 * DAY).toISOString().slice(0, 10);
}

export function bookingRequest({ cookies, token }: SignedIn, round: number, destination = DESTINATION): string {
  const form = {
    _csrf: token,
    form_key: randomUUID(),
    age: '42',
    previous_experience: 'No',
    destination,
    departure_date: dayOf(round),
    return_date: new Date(Date.parse(dayOf(round)) + DAY).toISOString().slice(0, 10),
    blackhole_visit: 'Yes',
    submit: 'Book',
  };
  return raw({ method: 'POST', path: '/book', cookies, form });
}

/** Those of one round, of each traveller in turn. */
export function pageRequests({ path, forTravellers }: Page, travellers: readonly Cookies[]): readonly string[] {
  if (!forTravellers) return Array<string>(PAGES_IN_ROUND).fill(raw({ path }));
  const requests = travellers.map((cookies) => raw({ path, cookies }));
  return Array.from({ length: PAGES_IN_ROUND / 2 }, (_, index) => requests[index % requests.length] ?? '');
}

function pageRoute(name: string, page: Page, original: CpuRange): Route {
  return {
    name,
    kind: 'page',
    original,
    status: 200,
    page,
    requests: ({ travellers }) => Promise.resolve(pageRequests(page, travellers.map(({ cookies }) => cookies))), // prettier-ignore
  };
}

function visitorsPage(name: string, path: string, original: CpuRange): Route {
  return pageRoute(name, { path, forTravellers: false }, original);
}

function travellersPage(name: string, path: string, original: CpuRange): Route {
  return pageRoute(name, { path, forTravellers: true }, original);
}

const TRIPS = travellersPage('GET /reservation with a booking', '/reservation', ORIGINAL.trips);

/** In this order: what is cancelled was booked before, and there is a booking on the page of trips. */
export const ROUTES: readonly Route[] = [
  visitorsPage('GET /', '/', ORIGINAL.home),
  visitorsPage('GET /about', '/about', ORIGINAL.about),
  visitorsPage('GET /login', '/login', ORIGINAL.visitorForm),
  visitorsPage('GET /register', '/register', ORIGINAL.visitorForm),
  travellersPage('GET / signed in', '/', ORIGINAL.travellerHome),
  travellersPage('GET /book signed in', '/book', ORIGINAL.bookingForm),
  {
    name: 'POST /book, booked',
    kind: 'form',
    original: ORIGINAL.booked,
    status: 303,
    requests: ({ travellers }, round) => Promise.resolve(travellers.map((one) => bookingRequest(one, round))),
  },
  {
    ...TRIPS,
    async requests(world, round) {
      // what earlier rounds cancelled would be shown too
      await world.sql.execute('DELETE FROM booking WHERE cancelled_at IS NOT NULL');
      return TRIPS.requests(world, round);
    },
  },
  {
    name: 'POST /book, refused',
    kind: 'form',
    original: ORIGINAL.refused,
    status: 409,
    async requests({ travellers, sql }, round) {
      await sql.execute(
        "INSERT INTO departure (destination_id, departure_date, capacity, booked) VALUES ('kepler-452', ?, 60000, 60000)",
        [dayOf(round + FULL)],
      );
      return travellers.map((one) => bookingRequest(one, round + FULL, 'Kepler-452 System'));
    },
  },
  {
    name: 'POST /reservation, cancel',
    kind: 'form',
    original: ORIGINAL.cancelled,
    status: 303,
    async requests({ travellers, sql }, round) {
      const [rows] = await sql.query<RowDataPacket[]>(
        'SELECT reference, traveller_id FROM booking WHERE departure_date = ? AND cancelled_at IS NULL',
        [dayOf(round)],
      );
      const references = new Map(rows.map((row) => [Number(row.traveller_id), String(row.reference)]));
      return travellers.map(({ id, cookies, token }) => {
        const form = { _csrf: token, booking: references.get(id) ?? '', cancel: '' };
        return raw({ method: 'POST', path: '/reservation', cookies, form });
      });
    },
  },
  {
    name: 'POST /login',
    kind: 'log-in',
    original: ORIGINAL.logIn,
    status: 303,
    async requests({ travellers, app }) {
      const connection = new KeptConnection(app.port);
      const visitor = await visit(connection);
      connection.close();
      return travellers.slice(0, LOG_INS_IN_ROUND).map(({ username }) => raw(logInRequest(visitor, username)));
    },
  },
];
