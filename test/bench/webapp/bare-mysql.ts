// A plain mysql2 loop: the statements of a request, on as many connections as the web app has, and nothing else.
import { type Connection, createConnection } from 'mysql2/promise';
import process from 'node:process';
import { bookingStatements, SESSION_STATEMENT } from './statements.ts';

export interface MysqlTask {
  readonly uri: string;
  readonly connections: number;
  /** Look up the session with this hash for so long ... */
  readonly sessionHash?: Buffer;
  readonly seconds?: number;
  /** ... or make these bookings. */
  readonly bookings?: readonly BareBooking[];
}

export interface BareBooking {
  readonly sessionHash: Buffer;
  readonly travellerId: number;
  readonly destinationId: string;
  readonly departureDate: string;
  readonly returnDate: string;
}

export interface MysqlResult {
  readonly count: number;
  readonly ms: number;
}

const open: Connection[] = [];

async function work({ uri, connections, sessionHash, seconds = 0, bookings = [] }: MysqlTask): Promise<MysqlResult> {
  while (open.length < connections) {
    const connection = await createConnection({ uri, timezone: 'Z', charset: 'utf8mb4', flags: ['-FOUND_ROWS'] });
    await connection.query("SET SESSION time_zone = '+00:00', SESSION transaction_isolation = 'READ-COMMITTED'");
    open.push(connection);
  }
  const now = new Date().toISOString().slice(0, 23).replace('T', ' ');
  const start = performance.now();
  let count = 0;
  const lookUp = async (connection: Connection) => {
    while (performance.now() < start + seconds * 1000) {
      const [rows] = await connection.execute(SESSION_STATEMENT, [sessionHash ?? Buffer.alloc(32), now]);
      if ((rows as unknown[]).length !== 1) throw new Error('the session is not there');
      count++;
    }
  };
  let next = 0;
  const book = async (connection: Connection) => {
    for (let booking = bookings[next++]; booking; booking = bookings[next++]) {
      for (const { sql, values } of bookingStatements(booking, now)) {
        if (values.length === 0) await connection.query(sql);
        else await connection.execute(sql, [...values]);
      }
      count++;
    }
  };
  await Promise.all(open.map(sessionHash ? lookUp : book));
  return { count, ms: performance.now() - start };
}

process.on('message', (task: MysqlTask) => {
  work(task).then(
    (result) => process.send?.(result),
    (error: unknown) => process.send?.({ failure: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
