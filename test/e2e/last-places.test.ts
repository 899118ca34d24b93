import { expect } from 'chai';
import { HttpTraveller } from '../support/http-traveller.ts';
import { aTraveller, aTrip, daysAhead } from '../support/traveller.ts';
import { ensureApp, appUrl, NAMESPACE, isReady, pods, world } from './world.ts';

const TRAVELLERS = 64;
const PLACES = 5;
/** As many sign up at a time: each costs the web pods two password hashes. */
const AT_A_TIME = 8;

describe('64 travellers who want the last places of one departure', () => {
  const trip = aTrip({
    destination: 'Proxima Centauri System',
    departure_date: daysAhead(365),
    return_date: daysAhead(400),
  });
  const visitors: HttpTraveller[] = [];

  before(async () => {
    await ensureApp();
    const url = await appUrl();
    for (let count = 0; count < TRAVELLERS; count += AT_A_TIME) {
      const group = Array.from({ length: AT_A_TIME }, () => new HttpTraveller(url));
      await Promise.all(group.map((visitor) => visitor.signUp(aTraveller())));
      visitors.push(...group);
    }
  });

  it('get exactly five, from two pods at once, and the database sees no deadlock', async () => {
    const forms = await Promise.all(visitors.map((visitor) => visitor.hiddenFields('/book')));
    const [deadlocksBefore, servedBefore] = [await deadlocks(), await served()];
    const start = performance.now();
    const answers = await Promise.all(
      visitors.map((visitor, index) => visitor.post('/book', forms[index] ?? {}, { ...trip })),
    );
    const turnedAway = visitors.reduce((sum, visitor) => sum + visitor.turnedAway, 0);
    console.log(
      `      64 bookings at once: all answered in ${Math.round(performance.now() - start)} ms, told to come again ${turnedAway} times`,
    );

    const statuses = answers.map(({ status }) => status);
    const booked = statuses.filter((status) => status === 302 || status === 303);
    expect(booked, `statuses ${statuses.join(' ')}`).to.have.length(PLACES);
    expect(statuses.filter((status) => status === 409)).to.have.length(TRAVELLERS - PLACES);

    const reservations = await Promise.all(visitors.map((visitor) => visitor.get('/reservation')));
    expect(reservations.filter(({ body }) => body.includes('name="cancel"'))).to.have.length(PLACES);
    expect(await deadlocks()).to.equal(deadlocksBefore);
    const servedAfter = await served();
    const shares = Object.keys(servedAfter).map((pod) => (servedAfter[pod] ?? 0) - (servedBefore[pod] ?? 0));
    expect(
      shares.filter((share) => share >= 5),
      `answers by pod: ${shares.join(', ')}`,
    ).to.have.length.at.least(2);
  });
});

/** How many deadlocks InnoDB has found since it started. */
async function deadlocks(): Promise<number> {
  const sql = "SELECT count FROM information_schema.innodb_metrics WHERE name = 'lock_deadlocks'";
  const script = `MYSQL_PWD=$(cat "$MYSQL_ROOT_PASSWORD_FILE") exec mysql --user=root --skip-column-names --execute="${sql}"`;
  const [pod] = await pods('mysql');
  const name = pod?.metadata.name ?? '';
  return Number(await world().kubectl(['exec', name, '--namespace', NAMESPACE, '--', 'sh', '-c', script]));
}

/** How many requests each web pod that is ready has answered, by its own metrics. */
async function served(): Promise<Record<string, number>> {
  const counts = (await pods('web')).filter(isReady).map(async ({ metadata: { name } }) => {
    const metrics = await world().kubectl([
      'get',
      '--raw',
      `/api/v1/namespaces/${NAMESPACE}/pods/${name}:9090/proxy/metrics`,
    ]);
    const lines = metrics.split('\n').filter((line) => /^http_request_duration_seconds_count\b/.test(line));
    return [name, lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)] as const;
  });
  return Object.fromEntries(await Promise.all(counts));
}
