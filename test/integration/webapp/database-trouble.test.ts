import { expect } from 'chai';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { until } from '../../../scripts/cluster/run.ts';
import { type Mysql, startMysql } from '../../support/mysql.ts';
import { type RunningWebApp, startWebApp } from '../../support/web-app.ts';
import { type Answer, hiddenFields, webClient, type WebClient } from './web-client.ts';
import { aTrip, newTraveller } from './world.ts';

const TRAVELLERS = 8;
const TROUBLE_MS = 2500;
/** Connections that are ended in the middle of a transaction. */
const CUTS = 30;
/** What nobody may wait longer for; and what this test itself, on a machine that does other things too, is allowed on top. */
const LONGEST_MS = 2000;
const ALLOWANCE_MS = 1000;
/** While the breaker is open. */
const REFUSAL_MS = 100;

interface Asked {
  readonly what: string;
  readonly start: number;
  readonly milliseconds: number;
  readonly status: number;
}

describe('Trouble with MySQL while travellers book and cancel', function () {
  this.timeout(180_000);
  let server: Mysql;
  let app: RunningWebApp;
  let travellers: WebClient[];
  let visitor: WebClient;

  before(async () => {
    server = await startMysql();
    app = await startWebApp(server.uri, { CAPACITY_PER_DEPARTURE: '3' });
    visitor = webClient(app.url);
    travellers = [];
    for (let index = 0; index < TRAVELLERS; index++) travellers.push(await newTraveller(webClient(app.url)));
  });
  after(async () => {
    await app.stop();
    await server.stop();
  });

  const isUp = async () => (await (await fetch(`${app.probeUrl}/metrics`)).text()).includes('\ndatabase_up 1\n');

  /** Lets everybody do as they do while `trouble` runs and until all is well again; tells what they were answered. */
  async function lived(trouble: (asked: readonly Asked[]) => Promise<void>) {
    const asked: Asked[] = [];
    const faults: string[] = [];
    let over = false;
    let failed = false;
    const timed = async (what: string, ask: () => Promise<Answer>, fine: readonly number[]): Promise<Answer> => {
      for (;;) {
        const start = performance.now();
        const answer = await ask();
        asked.push({ what, start, milliseconds: performance.now() - start, status: answer.status });
        if (fine.includes(answer.status)) return answer;
        if (answer.status !== 503 || !answer.headers.has('retry-after')) {
          faults.push(`${what}: ${answer.status} ${answer.alerts.join(' ')}`);
          return answer;
        }
        if (failed) throw new Error('given up');
        await sleep(20 + 40 * Math.random());
      }
    };
    const trips = async (client: WebClient) => {
      const page = await timed('trips', () => client.get('/reservation'), [200]);
      return { page, count: page.text.split('name="cancel"').length - 1 };
    };
    /** Books and cancels, sending the same form again for as long as nobody can say what became of it. */
    const live = async (client: WebClient) => {
      for (let turn = 0; !over; turn++) {
        const departure_date = `2033-05-0${1 + (turn % 3)}`;
        const page = await timed('form', () => client.get('/book'), [200]);
        const form = { ...hiddenFields(page.text, '/book'), ...aTrip({ departure_date, return_date: '2033-05-09' }) };
        const { status } = await timed('book', () => client.post('/book', form), [303, 409]);
        const booked = await trips(client);
        if (booked.count !== (status === 303 ? 1 : 0)) faults.push(`booked with ${status}, has ${booked.count} trips`);
        if (booked.count === 0) continue;
        const cancel = hiddenFields(booked.page.text, '/reservation');
        await timed('cancel', () => client.post('/reservation', cancel), [303]);
        const left = await trips(client);
        if (left.count !== 0) faults.push(`cancelled, has ${left.count} trips`);
        await sleep(20 * Math.random());
      }
    };
    const look = async () => {
      while (!over) {
        await timed('home', () => visitor.get('/'), [200]);
        await sleep(25);
      }
    };
    const delay = monitorEventLoopDelay();
    delay.enable();
    const everybody = Promise.all([...travellers.map(live), look()]).finally(() => (over = true));
    everybody.catch(() => undefined); // it is awaited below
    const bookings = () => asked.filter(({ what, status }) => what === 'book' && status === 303).length;
    try {
      await until('the first bookings', 20_000, () => Promise.resolve(bookings() > TRAVELLERS));
      await trouble(asked);
      const before = bookings();
      await until('bookings again', 30_000, () => Promise.resolve(bookings() > before + TRAVELLERS));
    } catch (error) {
      failed = true;
      throw error;
    } finally {
      over = true;
      await everybody;
    }
    delay.disable();
    const home = asked.filter(({ what }) => what === 'home');
    const slowest = asked.reduce((a, b) => (b.milliseconds > a.milliseconds ? b : a));
    process.stdout.write(
      `      ${asked.length} answers, ${asked.filter(({ status }) => status === 503).length} refused; ` +
        `slowest ${Math.round(slowest.milliseconds)} ms (${slowest.what}), home page ${slowestOf(home)} ms\n`,
    );
    expect(faults).to.deep.equal([]);
    expect(home.filter(({ status }) => status !== 200)).to.deep.equal([]);
    expect(slowest.milliseconds, slowest.what).to.be.below(LONGEST_MS + ALLOWANCE_MS + delay.max / 1e6);
    expect(await mismatches(server)).to.deep.equal([]);
    return asked;
  }

  /** For some time from the moment that the breaker opened; what was refused then was refused at once. */
  async function away(asked: readonly Asked[]): Promise<void> {
    await until('the breaker to open', 10_000, async () => !(await isUp()));
    const from = performance.now();
    await sleep(TROUBLE_MS);
    const refused = asked.filter(({ start, status }) => start > from && status === 503).map((one) => one.milliseconds);
    expect(refused).to.have.length.above(20);
    const [median, most] = [quantile(refused, 0.5), quantile(refused, 0.95)].map(Math.round);
    process.stdout.write(`      refused while the breaker is open: median ${median} ms, 95 % within ${most} ms\n`);
    expect(median).to.be.below(REFUSAL_MS);
  }

  it('that is lost and comes back fails nobody, loses no booking and books nothing twice', async () => {
    await lived(async (asked) => {
      await server.kill();
      await away(asked);
      await server.restart();
    });
  });

  it('that is frozen and goes on fails nobody, loses no booking and books nothing twice', async () => {
    await lived(async (asked) => {
      await server.freeze();
      try {
        await away(asked);
      } finally {
        await server.thaw();
      }
    });
  });

  it('that is restarted in an orderly way fails nobody, loses no booking and books nothing twice', async () => {
    await lived(() => server.restart());
  });

  it('that cuts connections in the middle of transactions fails nobody, loses no booking and books nothing twice', async () => {
    let cut = 0;
    await lived(async (asked) => {
      const [administrator, holder] = await Promise.all([1, 2].map(() => createConnection({ uri: server.uri })));
      if (!administrator || !holder) throw new Error('no connections');
      const waiting = async () => {
        const [threads] = await administrator.query<RowDataPacket[]>('SHOW PROCESSLIST');
        const writes = /(INTO|UPDATE) `?departure|`?departure`?.* FOR UPDATE/is;
        return threads.filter(({ Id, Info }) => Id !== holder.threadId && writes.test(String(Info)));
      };
      while (cut < CUTS) {
        const before = asked.length;
        // whoever is in the middle of something waits there
        await holder.query('BEGIN');
        await holder.query('SELECT 1 FROM departure FOR UPDATE');
        await until('somebody in the middle of something', 20_000, async () => (await waiting()).length > 0);
        for (const { Id } of await waiting()) {
          await administrator.query(`KILL ${Id}`).then(
            () => cut++,
            () => undefined, // it gave up waiting
          );
        }
        await holder.query('ROLLBACK');
        await until('an answer', 20_000, () => Promise.resolve(asked.length > before));
      }
      await Promise.all([administrator.end(), holder.end()]);
    });
    process.stdout.write(`      ${cut} transactions were cut\n`);
  });
});

function slowestOf(asked: readonly Asked[]): number {
  return Math.round(Math.max(...asked.map(({ milliseconds }) => milliseconds)));
}

function quantile(numbers: readonly number[], part: number): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length * part)] ?? 0;
}

async function mismatches(server: Mysql): Promise<unknown[]> {
  const connection = await createConnection({ uri: server.uri });
  const [rows] = await connection.query<RowDataPacket[]>(`
    SELECT d.destination_id, d.departure_date, d.booked, COUNT(b.id) AS bookings FROM departure d
    LEFT JOIN booking b ON b.destination_id = d.destination_id AND b.departure_date = d.departure_date AND b.cancelled_at IS NULL
    GROUP BY d.destination_id, d.departure_date HAVING d.booked <> bookings OR d.booked > MAX(d.capacity)`);
  await connection.end();
  return rows;
}
