import { expect } from 'chai';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { PATIENT, startWebApp, type RunningWebApp } from '../../support/web-app.ts';
import { hiddenFields, webClient, type WebClient } from './web-client.ts';
import { aTrip, mysql, newTraveller } from './world.ts';

const TRAVELLERS = 64;

describe('A race of 64 travellers over two instances', function () {
  this.timeout(120_000);
  const apps: RunningWebApp[] = [];
  const travellers: WebClient[] = [];
  let uri: string;

  before(async () => {
    uri = await mysql().createDatabase();
    const secret_key = 'the same for both instances';
    for (let instance = 0; instance < 2; instance++) apps.push(await startWebApp(uri, { secret_key, ...PATIENT }));
    const register = (index: number) => newTraveller(webClient(apps[index % 2]?.url ?? ''));
    travellers.push(...(await Promise.all(Array.from({ length: TRAVELLERS }, (_, index) => register(index)))));
  });
  after(() => Promise.all(apps.map((app) => app.stop())));

  const query = async (sql: string): Promise<RowDataPacket[]> => {
    const connection = await createConnection({ uri });
    try {
      return (await connection.query<RowDataPacket[]>(sql))[0];
    } finally {
      await connection.end();
    }
  };
  const filledForms = (trip: Readonly<Record<string, string>>) =>
    Promise.all(travellers.map(async (one) => ({ ...hiddenFields((await one.get('/book')).text, '/book'), ...trip })));

  it('sells the five places of a new departure and not one more, and nobody gets an error', async () => {
    const forms = await filledForms(aTrip());
    const answers = await Promise.all(travellers.map((one, index) => one.post('/book', forms[index] ?? {})));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 303)).to.have.length(5);
    expect(statuses.filter((status) => status === 409)).to.have.length(TRAVELLERS - 5);
    const [row] = await query(
      'SELECT (SELECT COUNT(*) FROM booking) AS bookings, (SELECT SUM(booked) FROM departure) AS booked',
    );
    expect([row?.bookings, Number(row?.booked)]).to.deep.equal([5, 5]);
  });

  it('keeps one traveller from two trips at the same time, whichever instance is asked', async () => {
    const [one] = travellers;
    if (!one) throw new Error('there are no travellers');
    const destinations = [
      'Proxima Centauri System',
      'Kepler-1649 System',
      "Teegarden's Star System",
      'Kepler-452 System',
    ];
    const hidden = hiddenFields((await one.get('/book')).text, '/book');
    const elsewhere = webClient(apps[1]?.url ?? '');
    for (const [name, value] of one.cookies) elsewhere.cookies.set(name, value);
    const trips = destinations.flatMap((destination, index) =>
      ['2050-01-01', '2050-01-02'].map((departure_date) => ({
        client: index % 2 ? one : elsewhere,
        form: { ...hidden, ...aTrip({ destination, departure_date, return_date: '2050-02-02' }) },
      })),
    );
    const answers = await Promise.all(trips.map(({ client, form }) => client.post('/book', form)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([303, ...Array<number>(7).fill(409)]);
  });

  it('keeps counters and bookings equal while travellers book and cancel at random', async () => {
    const dates = ['2060-01-01', '2060-01-02', '2060-01-03'];
    const unexpected: string[] = [];
    await Promise.all(
      travellers.slice(0, 24).map(async (one, index) => {
        for (let round = 0; round < 4; round++) {
          const departure_date = dates[(index + round) % dates.length] ?? '';
          const booked = await one.submit('/book', '/book', aTrip({ departure_date, return_date: '2060-01-09' }));
          if (![303, 409].includes(booked.status)) unexpected.push(`book ${booked.status}`);
          if (booked.status !== 303) continue;
          const page = await one.get('/reservation');
          const form = page.text.split('<form').find((part) => part.includes('name="cancel"')) ?? '';
          const cancelled = await one.post('/reservation', hiddenFields(`<form${form}`, '/reservation'));
          if (cancelled.status !== 303) unexpected.push(`cancel ${cancelled.status}`);
        }
      }),
    );
    expect(unexpected).to.deep.equal([]);
    const rows = await query(`
      SELECT d.booked, COUNT(b.id) AS bookings FROM departure d
      LEFT JOIN booking b ON b.destination_id = d.destination_id AND b.departure_date = d.departure_date AND b.cancelled_at IS NULL
      GROUP BY d.destination_id, d.departure_date, d.booked HAVING d.booked <> bookings`);
    expect(rows).to.deep.equal([]);
  });
});
