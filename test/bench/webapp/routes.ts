import { randomUUID } from 'node:crypto';
import type { RowDataPacket } from 'mysql2/promise';
import { KeptConnection, raw } from './kept-connection.ts';
import { logInRequest, type SignedIn, visit, type World } from './world.ts';

/** One row of the table: requests of one kind. */
export interface Route {
  readonly name: string;
  readonly kind: 'anonymous' | 'signed in' | 'write' | 'log-in';
  /** Milliseconds of CPU that the original took: the least and the most that was measured. */
  readonly original: readonly [number, number];
  readonly status: number;
  /** Those of one round; what must be there before is made first. */
  requests(world: World, round: number): Promise<readonly string[]>;
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

function page(name: string, path: string, original: readonly [number, number]): Route {
  const request = raw({ path });
  const requests = () => Promise.resolve(Array<string>(PAGES_IN_ROUND).fill(request));
  return { name, kind: 'anonymous', original, status: 200, requests };
}

function signedInPage(name: string, path: string, original: readonly [number, number]): Route {
  return {
    name,
    kind: 'signed in',
    original,
    status: 200,
    requests: ({ travellers }) =>
      Promise.resolve(
        Array.from({ length: PAGES_IN_ROUND / 2 }, (_, index) =>
          raw({ path, cookies: travellers[index % travellers.length]?.cookies ?? {} }),
        ),
      ),
  };
}

const TRIPS = signedInPage('GET /reservation with a booking', '/reservation', [4.8, 5.8]);

/** In this order: what is cancelled was booked before, and there is a booking on the page of trips. */
export const ROUTES: readonly Route[] = [
  page('GET /', '/', [0.92, 1.67]),
  page('GET /about', '/about', [1, 1.5]),
  page('GET /login', '/login', [1.6, 2.9]),
  page('GET /register', '/register', [1.6, 2.9]),
  signedInPage('GET / signed in', '/', [3.7, 4.2]),
  signedInPage('GET /book signed in', '/book', [6.4, 7]),
  {
    name: 'POST /book, booked',
    kind: 'write',
    original: [9.4, 10.9],
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
    kind: 'write',
    original: [7.9, 8.8],
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
    kind: 'write',
    original: [6.2, 7.5],
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
    original: [250, 250],
    status: 303,
    async requests({ travellers, app }) {
      const connection = new KeptConnection(app.port);
      const visitor = await visit(connection);
      connection.close();
      return travellers.slice(0, LOG_INS_IN_ROUND).map(({ username }) => raw(logInRequest(visitor, username)));
    },
  },
];
