// A bare loop: mysql2 sends the statements of bookings on as many connections as the web app has, and does nothing else.
import { type Connection, createConnection } from 'mysql2/promise';
import process from 'node:process';
import { type BareBooking, bookingStatements, POOL } from './statements.ts';

export interface BookingTask {
  readonly uri: string;
  readonly bookings: readonly BareBooking[];
}

export interface BookingResult {
  readonly count: number;
  readonly ms: number;
}

const open: Connection[] = [];

async function work({ uri, bookings }: BookingTask): Promise<BookingResult> {
  while (open.length < POOL) {
    const connection = await createConnection({ uri, timezone: 'Z', charset: 'utf8mb4', flags: ['-FOUND_ROWS'] });
    await connection.query("SET SESSION time_zone = '+00:00', SESSION transaction_isolation = 'READ-COMMITTED'");
    open.push(connection);
  }
  const now = new Date().toISOString().slice(0, 23).replace('T', ' ');
  const start = performance.now();
  let next = 0;
  const book = async (connection: Connection) => {
    for (let booking = bookings[next++]; booking; booking = bookings[next++]) {
      for (const { sql, values } of bookingStatements(booking, now)) {
        if (values.length === 0) await connection.query(sql);
        else await connection.execute(sql, [...values]);
      }
    }
  };
  await Promise.all(open.map(book));
  return { count: bookings.length, ms: performance.now() - start };
}

process.on('message', (task: BookingTask) => {
  work(task).then(
    (result) => process.send?.(result),
    (error: unknown) => process.send?.({ failure: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
