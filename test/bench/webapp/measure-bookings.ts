import { median } from '../report.ts';
import { POOL } from './measure-routes.ts';
import { KeptConnection } from './kept-connection.ts';
import { questionsDuring } from './questions.ts';
import { bookingRequest, dayOf } from './routes.ts';
import { bookingStatements } from './statements.ts';
import type { Tools } from './tools.ts';
import type { World } from './world.ts';

export interface BookingRate {
  /** Bookings a second, medians of the rounds. */
  readonly app: number;
  readonly bare: number;
  /** Of each round, and then the median. */
  readonly ratio: number;
}

const ROUNDS = 11;
const CONNECTIONS = 16;
const FIRST = 1000;
const DESTINATION = 'proxima-centauri';
const NAME = 'Proxima Centauri System';

/** All travellers want the same departure; then all of them the next. Every request waits for the same row. */
export async function measureBookings(world: World, tools: Tools): Promise<BookingRate> {
  await sameStatements(world);
  const { travellers, app, uri } = world;
  const rounds: { app: number; bare: number }[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const days = [0, 1].map((day) => FIRST + round * 4 + day);
    const requests = days.flatMap((day) => travellers.map((one) => bookingRequest(one, day, NAME)));
    const made = await tools.load.run({ port: app.port, connections: CONNECTIONS, requests });
    if (made.statuses[303] !== requests.length) throw new Error(`bookings: ${JSON.stringify(made.statuses)}`);
    const bookings = days.flatMap((day) =>
      travellers.map(({ id, sessionHash }) => ({
        sessionHash,
        travellerId: id,
        destinationId: DESTINATION,
        departureDate: dayOf(day + 2),
        returnDate: dayOf(day + 3),
      })),
    );
    const bare = await tools.mysql.run({ uri, connections: POOL, bookings });
    if (round > 0) rounds.push({ app: (made.count * 1000) / made.ms, bare: (bare.count * 1000) / bare.ms });
  }
  return {
    app: median(rounds.map((round) => round.app)),
    bare: median(rounds.map((round) => round.bare)),
    ratio: median(rounds.map((round) => round.app / round.bare)),
  };
}

/** The comparison is worth nothing when the web app has come to send other statements than the bare loop. */
async function sameStatements({ sql, travellers, app }: World): Promise<void> {
  const [traveller] = travellers;
  if (!traveller) throw new Error('there are no travellers');
  const connection = new KeptConnection(app.port);
  // the first prepares the statements on its connection
  for (let day = FIRST - 40; day < FIRST - 20; day++) await connection.ask(bookingRequest(traveller, day, NAME));
  const { sent } = await questionsDuring(sql, () => connection.ask(bookingRequest(traveller, FIRST - 10, NAME)));
  connection.close();
  const { id: travellerId, sessionHash } = traveller;
  const days = { departureDate: dayOf(0), returnDate: dayOf(1) };
  const expected = bookingStatements({ sessionHash, travellerId, destinationId: DESTINATION, ...days }, '').length;
  if (sent !== expected) {
    throw new Error(
      `A booking sends ${sent} statements, those of statements.ts are ${expected}: bring them up to date.`,
    );
  }
}
