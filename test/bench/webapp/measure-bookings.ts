import { median } from '../report.ts';
import { ROUNDS } from './rounds.ts';
import { bookingRequest, dayOf } from './routes.ts';
import type { Tools } from './tools.ts';
import type { World } from './world.ts';

export interface BookingRate {
  /** Bookings a second, medians of the rounds. */
  readonly app: number;
  readonly loop: number;
  /** Of each round, and then the median. */
  readonly ratio: number;
}

const CONNECTIONS = 16;
const FIRST = 1000;
const DESTINATION = 'proxima-centauri';
const NAME = 'Proxima Centauri System';

/** All travellers want the same departure; then all of them the next. Every request waits for the same row. */
export async function measureBookings({ travellers, app, uri }: World, tools: Tools): Promise<BookingRate> {
  const rounds: { app: number; loop: number }[] = [];
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
    const loop = await tools.bookingLoop.run({ uri, bookings });
    if (round > 0) rounds.push({ app: (made.count * 1000) / made.ms, loop: (loop.count * 1000) / loop.ms });
  }
  return {
    app: median(rounds.map((round) => round.app)),
    loop: median(rounds.map((round) => round.loop)),
    ratio: median(rounds.map((round) => round.app / round.loop)),
  };
}
