import { randomInt } from 'node:crypto';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { createPool, type Pool, type RowDataPacket } from 'mysql2/promise';
import { until } from '../../../scripts/cluster/run.ts';
import { PATIENT, type RunningWebApp, startWebApp } from '../../support/web-app.ts';
import { ChurningTraveller, randomNumbers } from './churning-traveller.ts';
import { webClient } from './web-client.ts';
import { mismatches, mysql, newTraveller } from './world.ts';

const INSTANCES = 3;
const TRAVELLERS = 24;
const SECONDS = Number(process.env.CHURN_SECONDS ?? 8);
/** How much longer where not everything has been done yet: on a busy machine little is in that time. */
const PATIENCE_SECONDS = 60;
const SEED = Number(process.env.CHURN_SEED ?? randomInt(2 ** 31));

describe(`Travellers who book, cancel, undo, change and wait at random, for ${SECONDS} s, over ${INSTANCES} processes`, function () {
  this.timeout((SECONDS + PATIENCE_SECONDS + 120) * 1000);
  const apps: RunningWebApp[] = [];
  const travellers: ChurningTraveller[] = [];
  let pool: Pool;

  before(async () => {
    process.stdout.write(`      CHURN_SEED=${SEED}\n`);
    const uri = await mysql().createDatabase();
    pool = createPool({ uri, timezone: 'Z', connectionLimit: 2 });
    const settings = {
      ...PATIENT,
      secret_key: 'the same for all instances',
      CAPACITY_PER_DEPARTURE: '2',
      WAITLIST_SWEEP_SECONDS: '1',
      LIMIT_REGISTRATION: 'off',
      // what is slow because the machine is busy is no error
      ...{ DB_QUERY_TIMEOUT_MS: '20000', DB_CONNECT_TIMEOUT_MS: '20000', DB_LOCK_WAIT_SECONDS: '8' },
    };
    for (let instance = 0; instance < INSTANCES; instance++) apps.push(await startWebApp(uri, settings));
    for (let index = 0; index < TRAVELLERS; index++) {
      const { username, cookies } = await newTraveller(webClient(apps[index % INSTANCES]?.url ?? ''));
      const clients = apps.map(({ url }) => {
        const client = webClient(url);
        for (const [name, value] of cookies) client.cookies.set(name, value);
        return client;
      });
      travellers.push(new ChurningTraveller(username, clients, randomNumbers(SEED + index)));
    }
  });
  after(async () => {
    await Promise.all(apps.map((app) => app.stop()));
    await pool.end();
  });

  const rows = async (sql: string) => (await pool.query<RowDataPacket[]>(sql))[0];
  const wrong: unknown[] = [];
  let samples = 0;
  const done = () => {
    const counts: Record<string, number> = {};
    for (const one of travellers) {
      for (const [what, count] of Object.entries(one.counts)) counts[what] = (counts[what] ?? 0) + count;
    }
    return counts;
  };
  const missing = () => {
    const counts = done();
    return EVERYTHING.filter((what) => counts[what] === undefined);
  };

  it('never sells or keeps a place too much, and gets no error', async () => {
    const start = performance.now();
    const hasEnded = () => {
      const seconds = (performance.now() - start) / 1000;
      return seconds >= SECONDS && (seconds >= SECONDS + PATIENCE_SECONDS || missing().length === 0);
    };
    const untilTheEnd = async (work: () => Promise<unknown>) => {
      while (!hasEnded()) await work();
    };
    const look = async () => {
      wrong.push(...(await mismatches({ rows })));
      samples++;
      await sleep(100);
    };
    // time passes: now and then an offer is over
    const lapse = async () => {
      const [offer] = await rows('SELECT id FROM waiting_list WHERE offered_until IS NOT NULL ORDER BY id LIMIT 1');
      // by its key, so that no lock is taken but that of the row
      const id = Number(offer?.id ?? 0);
      await rows(
        `UPDATE waiting_list SET offered_until = UTC_TIMESTAMP(3) WHERE id = ${id} AND offered_until IS NOT NULL`,
      );
      await sleep(1500);
    };
    await Promise.all([
      ...travellers.map((traveller) => untilTheEnd(() => traveller.act())),
      untilTheEnd(look),
      untilTheEnd(lapse),
    ]);
    expect(wrong).to.deep.equal([]);
    expect(travellers.flatMap(({ unexpected }) => unexpected)).to.deep.equal([]);
  });

  it('leaves as many places taken as there are bookings and offers', async () => {
    expect(await mismatches({ rows })).to.deep.equal([]);
  });

  it('leaves nobody waiting for a place that is free and that they could take', async () => {
    await until('the waiting lists to move up', 30_000, async () => (await rows(COULD_MOVE_UP)).length === 0);
  });

  it('loses nobody who waits', async () => {
    const kept = await rows(`
      SELECT CONCAT(t.username, ' ', w.destination_name, ' ', w.departure_date) AS entry
      FROM waiting_list w JOIN traveller t ON t.id = w.traveller_id`);
    const expected = travellers.flatMap(({ username, waitsFor }) => [...waitsFor].map((what) => `${username} ${what}`));
    expect(kept.map(({ entry }) => String(entry)).sort()).to.deep.equal(expected.sort());
  });

  it('leaves nobody with two trips at the same time', async () => {
    const overlapping = await rows(`
      SELECT a.traveller_id FROM booking a JOIN booking b ON a.traveller_id = b.traveller_id AND a.id < b.id
      WHERE a.cancelled_at IS NULL AND b.cancelled_at IS NULL
        AND a.departure_date < b.return_date AND b.departure_date < a.return_date`);
    expect(overlapping).to.deep.equal([]);
  });

  it('did everything that travellers do, also in vain', async () => {
    const counts = done();
    const [lapsed] = await rows('SELECT COUNT(*) AS count FROM waiting_list WHERE lapsed_at IS NOT NULL');
    const [deadlocks] = await rows("SELECT COUNT FROM information_schema.INNODB_METRICS WHERE NAME = 'lock_deadlocks'");
    const said = Object.entries(counts).map(([what, count]) => `${what}: ${count}`);
    said.push(`lapsed: ${String(lapsed?.count)}`, `samples: ${samples}`);
    said.push(`deadlocks met and run again, of all tests of this server: ${String(deadlocks?.COUNT)}`);
    process.stdout.write(`      ${said.sort().join(', ')}\n`);
    expect(missing()).to.deep.equal([]);
  });
});

const EVERYTHING = [
  ...['book 303', 'book 409', 'join 303', 'change 303', 'change 409', 'cancel 303', 'undo 303', 'undo 409'],
  ...['take 303', 'leave 303'],
];

const COULD_MOVE_UP = `
  SELECT w.id FROM waiting_list w
  JOIN departure d ON d.destination_id = w.destination_id AND d.departure_date = w.departure_date
  WHERE w.offered_until IS NULL AND w.lapsed_at IS NULL AND d.booked < d.capacity
    AND NOT EXISTS (SELECT 1 FROM booking b WHERE b.traveller_id = w.traveller_id AND b.cancelled_at IS NULL
      AND b.departure_date < w.return_date AND b.return_date > w.departure_date)
    AND NOT EXISTS (SELECT 1 FROM waiting_list o WHERE o.traveller_id = w.traveller_id AND o.id <> w.id
      AND o.offered_until IS NOT NULL AND o.departure_date < w.return_date AND o.return_date > w.departure_date)`;
