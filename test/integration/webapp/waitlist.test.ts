import { expect } from 'chai';
import { type Connection, createConnection } from 'mysql2/promise';
import { until } from '../../../scripts/cluster/run.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { hiddenFields, type WebClient, linksIn } from './web-client.ts';
import { aTrip, mismatches, PASSWORD, startApp, type TestApp } from './world.ts';

const LONG_SESSIONS = { SESSION_MAX_HOURS: '8760', SESSION_IDLE_MINUTES: '43200' };
const ENV = { CAPACITY_PER_DEPARTURE: '2', WAITLIST_OFFER_HOURS: '24', ...LONG_SESSIONS };

describe('The waiting list', () => {
  let app: TestApp;
  let now: Date;
  const clock = { now: () => now };
  beforeEach(() => (now = new Date('2032-06-15T06:00:00Z')));
  before(async () => {
    now = new Date('2032-06-15T06:00:00Z');
    app = await startApp({ clock, env: ENV });
  });
  after(() => app.stop());
  afterEach('every departure has as many places taken as it has bookings and offers', async () => {
    expect(await mismatches(app)).to.deep.equal([]);
  });

  const trip = (day: string, overrides: Readonly<Record<string, string>> = {}) =>
    aTrip({ departure_date: day, return_date: `${day.slice(0, 8)}28`, ...overrides });
  const book = (client: WebClient, fields: Readonly<Record<string, string>>) => client.submit('/book', '/book', fields);
  const join = async (client: WebClient, fields: Readonly<Record<string, string>>) =>
    client.post('/waitlist', { ...hiddenFields((await client.get('/book')).text, '/book'), ...fields });
  /** The button of that name on the page of trips; of the first trip or entry that has one. */
  const press = async (client: WebClient, action: string) => {
    const { text } = await client.get('/reservation');
    expect(text, action).to.include(`action="${action}"`);
    return client.follow(await client.post(action, hiddenFields(text, action)));
  };
  const cancel = (client: WebClient) => press(client, '/reservation');
  const take = (client: WebClient) => press(client, '/waitlist/take');
  const leave = (client: WebClient) => press(client, '/waitlist/leave');
  const state = async (client: WebClient) => {
    const { text } = await client.get('/reservation');
    if (text.includes('A place is kept for you until')) return 'offered';
    if (text.includes('has gone to others')) return 'lapsed';
    return /You are (next|number \d+) in line/.exec(text)?.[1] ?? (text.includes('name="cancel"') ? 'booked' : 'none');
  };
  const fill = async (day: string) => {
    const clients = [await app.traveller(), await app.traveller()] as const;
    for (const client of clients) expect((await book(client, trip(day))).status).to.equal(303);
    return clients;
  };
  const waiting = async (day: string) => {
    const client = await app.traveller();
    const answer = await join(client, trip(day));
    expect([answer.status, answer.location]).to.deep.equal([303, '/reservation']);
    return client;
  };

  it('is offered where a departure is full, keeps what was filled in, and tells the place in line', async () => {
    await fill('2033-01-01');
    const client = await app.traveller();
    const calendar = await client.get('/departures?destination=trappist-1&month=2033-01');
    expect(linksIn(calendar.text)).to.include('Saturday 1 January 2033, full, join the waiting list');
    const linked = await client.get('/book?destination=trappist-1&departure=2033-01-01&month=2033-01');
    expect(linked.text).to.include('formaction="/waitlist"').and.include('Saturday 1 January 2033 is full');
    expect((await client.get('/book?destination=trappist-1&departure=2033-01-02')).text).to.not.include('/waitlist');
    const refused = await book(client, trip('2033-01-01'));
    expect(refused.status).to.equal(409);
    expect(refused.text).to.include('formaction="/waitlist"');
    const form = { ...hiddenFields(refused.text, '/book'), ...trip('2033-01-01'), age: '77' };
    const joined = await client.follow(await client.post('/waitlist', form));
    expect(joined.alerts).to.deep.equal([
      'You are on the waiting list for TRAPPIST-1 System on Saturday 1 January 2033.',
    ]);
    expect(joined.text).to.include('You are next in line.');
    expect(await state(await waiting('2033-01-01'))).to.equal('number 2');
    await client.post('/waitlist', form);
    const rows = () => app.rows("SELECT age FROM waiting_list WHERE departure_date = '2033-01-01' ORDER BY id");
    expect((await rows()).map(({ age }) => age)).to.deep.equal([77, 33]);
    await client.post('/waitlist', { ...form, return_date: '2033-01-15', age: '78' });
    expect(
      (await rows()).map(({ age }) => age),
      'asked for otherwise, at the same place in line',
    ).to.deep.equal([78, 33]);
    expect((await client.get('/reservation')).text)
      .to.include('Saturday 15 January 2033')
      .and.include('next in line');
  });

  it('books at once where a place is left, and refuses what is wrong as the booking form does', async () => {
    const client = await app.traveller();
    const wrong = await join(client, trip('2033-02-01', { age: '3' }));
    expect(wrong.status).to.equal(422);
    expect(wrong.alerts[0]).to.match(/^You cannot book/);
    expect((await client.follow(await join(client, trip('2033-02-01')))).alerts[0]).to.match(/^Success! Your vacation/);
    await fill('2033-02-02');
    const overlapping = await join(client, trip('2033-02-02'));
    expect(overlapping.status).to.equal(409);
    expect(overlapping.alerts[0]).to.include('trips cannot overlap');
    expect(overlapping.text).to.not.include('formaction="/waitlist"');
  });

  it('knows the trip that another sending of the same form has booked meanwhile', async () => {
    const [day, mine, other] = ['2033-02-05', await app.traveller(), await app.traveller()];
    const form = { ...hiddenFields((await mine.get('/book')).text, '/book'), ...trip(day) };
    const give = 'UPDATE booking SET traveller_id = (SELECT id FROM traveller WHERE username = ?), idempotency_key = ?';
    await book(await app.traveller(), trip(day));
    expect((await mine.post('/book', form)).status).to.equal(303);
    const [row] = await app.rows('SELECT id, idempotency_key AS form FROM booking ORDER BY id DESC LIMIT 1');
    await app.rows(`${give} WHERE id = ?`, [other.username, null, row?.id]);
    const [first, second] = [await createConnection({ uri: app.uri }), await createConnection({ uri: app.uri })];
    const waits = (count: number) =>
      until(`${count} to wait for the departure`, 20_000, async () => (await app.lockWaits()) >= count);
    const lock = async (transaction: Connection) => {
      await transaction.beginTransaction();
      await transaction.query('SELECT booked FROM departure WHERE departure_date = ? FOR UPDATE', [day]);
    };
    try {
      await lock(first);
      const answer = mine.post('/waitlist', form);
      await waits(1);
      const locked = lock(second);
      await waits(2);
      // the departure is full in the first transaction of the form, and its trip is booked before the second
      await first.rollback();
      await locked;
      await second.query(`${give} WHERE id = ?`, [mine.username, row?.form, row?.id]);
      await waits(1);
      await second.commit();
      expect((await answer).location).to.equal('/reservation');
      expect((await mine.follow(await answer)).alerts[0]).to.match(/^Success! Your vacation/);
      expect(await state(mine)).to.equal('booked');
    } finally {
      await first.end();
      await second.end();
    }
  });

  it('keeps the place of a cancelled trip for the first in line, who takes it', async () => {
    const [one] = await fill('2033-03-01');
    const [first, second] = [await waiting('2033-03-01'), await waiting('2033-03-01')];
    await cancel(one);
    expect([await state(first), await state(second)]).to.deep.equal(['offered', 'next']);
    expect((await first.get('/reservation')).text).to.include('Wednesday 16 June 2032, 06:00 UTC');
    expect((await book(await app.traveller(), trip('2033-03-01'))).status, 'the place is kept').to.equal(409);
    const page = await take(first);
    expect(page.alerts[0]).to.include('Your vacation has been booked');
    expect([await state(first), await state(second)]).to.deep.equal(['booked', 'next']);
  });

  it('takes an offer once, however often its button is pressed, and by the booking form as well', async () => {
    const [one, two] = await fill('2033-04-01');
    const [first, second] = [await waiting('2033-04-01'), await waiting('2033-04-01')];
    await cancel(one);
    await cancel(two);
    const form = hiddenFields((await first.get('/reservation')).text, '/waitlist/take');
    const answers = await Promise.all([1, 2, 3].map(() => first.post('/waitlist/take', form)));
    expect(answers.map(({ status }) => status)).to.deep.equal([303, 303, 303]);
    expect((await first.follow(await first.post('/waitlist/take', form))).alerts[0]).to.match(/^Success/);
    expect((await book(second, trip('2033-04-01'))).status).to.equal(303);
    expect([await state(first), await state(second)]).to.deep.equal(['booked', 'booked']);
  });

  it('passes over who has another trip by now, without losing them', async () => {
    const [one] = await fill('2033-05-01');
    const [first, second] = [await waiting('2033-05-01'), await waiting('2033-05-01')];
    await book(first, trip('2033-05-10', { destination: 'Kepler-452 System' }));
    await cancel(one);
    expect([await state(first), await state(second)]).to.deep.equal(['next', 'offered']);
    await leave(second);
    expect(await state(first)).to.equal('next');
    await cancel(first);
    await app.moveUp();
    expect(await state(first)).to.equal('offered');
    await book(first, trip('2033-05-10', { destination: 'Kepler-452 System' }));
    const refused = await take(first);
    expect(refused.alerts[0]).to.include('trips cannot overlap');
    await app.moveUp();
    expect(await state(first), 'an offer that cannot be taken goes back').to.equal('next');
  });

  it('is left once, however often the button is pressed, and each answer says that it is left', async () => {
    await fill('2033-05-02');
    const client = await waiting('2033-05-02');
    const form = hiddenFields((await client.get('/reservation')).text, '/waitlist/leave');
    const alerts: (string | undefined)[] = [];
    for (let times = 0; times < 2; times++) {
      alerts.push((await client.follow(await client.post('/waitlist/leave', form))).alerts[0]);
    }
    expect(alerts).to.deep.equal([
      'You do not wait for TRAPPIST-1 System on Monday 2 May 2033 any more.',
      'You do not wait for that place any more.',
    ]);
  });

  it('lets an offer lapse, tells whom it was for, and offers the place to the next', async () => {
    const [one] = await fill('2033-06-01');
    const [first, second] = [await waiting('2033-06-01'), await waiting('2033-06-01')];
    await cancel(one);
    now = new Date('2032-06-16T05:59:00Z');
    await app.moveUp();
    expect(await state(first)).to.equal('offered');
    now = new Date('2032-06-16T06:00:00Z');
    await Promise.all(Array.from({ length: 10 }, () => app.moveUp()));
    expect([await state(first), await state(second)]).to.deep.equal(['lapsed', 'offered']);
    await join(first, trip('2033-06-01'));
    expect(await state(first)).to.equal('next');
    await leave(second);
    expect([await state(first), await state(second)]).to.deep.equal(['offered', 'none']);
  });

  it('that cannot move up is told of in the log, and keeps no other from it', async () => {
    const { logger, text } = recordingLogger();
    const other = await startApp({ uri: app.uri, clock, env: ENV, logger });
    const set = (booked: number) =>
      app.rows("UPDATE departure SET booked = ? WHERE departure_date = '2033-10-01'", [booked]);
    try {
      const [[one], [two]] = [await fill('2033-10-01'), await fill('2033-10-02')];
      const [first, second] = [await waiting('2033-10-01'), await waiting('2033-10-02')];
      await cancel(one);
      await cancel(two);
      await set(0);
      now = new Date('2032-06-16T06:00:00Z');
      await other.moveUp();
      expect([await state(first), await state(second)]).to.deep.equal(['offered', 'lapsed']);
      const told = text().match(/.*"level":"error".*/g) ?? [];
      expect(told).to.have.length(1);
      expect(told[0]).to.include('A waiting list cannot move up').and.include('2033-10-01');
      await set(2);
      await other.moveUp();
      expect(await state(first)).to.equal('lapsed');
    } finally {
      await other.stop();
    }
  });

  it('moves up when dates are changed, an account is deleted, or somebody leaves with an offer', async () => {
    const [one, two] = await fill('2033-07-01');
    const [a, b] = [await waiting('2033-07-01'), await waiting('2033-07-01')];
    const [c, d] = [await waiting('2033-07-01'), await waiting('2033-07-01')];
    const states = () => Promise.all([a, b, c, d].map(state));
    const { text } = await one.get('/reservation');
    const path = /href="(\/reservation\/\w{8}\/change)"/.exec(text)?.[1] ?? '';
    const dates = { departure_date: '2033-07-02', return_date: '2033-07-03' };
    expect((await one.submit(path, path, dates)).status).to.equal(303);
    expect(await states()).to.deep.equal(['offered', 'next', 'number 2', 'number 3']);
    const remove = (client: WebClient) => client.submit('/account', '/account/delete', { delete_password: PASSWORD });
    await remove(two);
    expect(await states()).to.deep.equal(['offered', 'offered', 'next', 'number 2']);
    await remove(a);
    expect(await states()).to.deep.equal(['none', 'offered', 'offered', 'next']);
    await leave(b);
    expect(await states()).to.deep.equal(['none', 'none', 'offered', 'offered']);
  });

  it('moves up when the capacity was raised, and ends when the departure is gone', async () => {
    await fill('2032-07-01');
    const client = await waiting('2032-07-01');
    const larger = await startApp({ uri: app.uri, clock, env: { ...ENV, CAPACITY_PER_DEPARTURE: '3' } });
    try {
      await until('the start to move up', 20_000, async () => (await state(client)) === 'offered');
      now = new Date('2032-07-02T12:00:00Z');
      await larger.moveUp();
      expect(await app.rows("SELECT * FROM waiting_list WHERE departure_date = '2032-07-01'")).to.deep.equal([]);
    } finally {
      await larger.stop();
    }
  });

  it('moves up as a whole when the capacity was raised by very much', async () => {
    await fill('2034-05-01');
    const ids = Array.from({ length: 120 }, (_, index) => 1_000_000 + index);
    const texts = (id: number) => [
      `many-${id}`,
      `many-${id}`,
      'Many',
      `${id}@example.com`,
      `${id}@example.com`,
      'none',
    ];
    await app.rows(
      'INSERT INTO traveller (id, username, username_key, name, email_address, email_key, password_hash) VALUES ?',
      [ids.map((id) => [id, ...texts(id)])],
    );
    await app.rows(
      'INSERT INTO waiting_list (reference, traveller_id, destination_id, destination_name, departure_date, return_date, age, previous_experience, blackhole_visit) VALUES ?',
      [ids.map((id) => [`M${id}`, id, 'trappist-1', 'TRAPPIST-1 System', '2034-05-01', '2034-05-28', 33, 0, 0])],
    );
    const larger = await startApp({ uri: app.uri, clock, env: { ...ENV, CAPACITY_PER_DEPARTURE: '112' } });
    try {
      await larger.moveUp();
      const offered = await app.rows(
        "SELECT id FROM waiting_list WHERE departure_date = '2034-05-01' AND offered_until IS NOT NULL",
      );
      expect(offered).to.have.length(110);
    } finally {
      await larger.stop();
    }
  });

  it("shows nobody else's entries, takes none of them, and is in what a traveller downloads", async () => {
    const [one] = await fill('2033-08-01');
    const client = await waiting('2033-08-01');
    await cancel(one);
    const form = hiddenFields((await client.get('/reservation')).text, '/waitlist/take');
    const stranger = await app.traveller();
    const token = hiddenFields((await stranger.get('/home')).text, '/logout');
    const said = {
      take: 'You do not wait for a place with that reference. Nothing was booked.',
      leave: 'You do not wait for that place any more.',
    };
    for (const [action, text] of Object.entries(said)) {
      for (const entry of [form.entry ?? '', '', 'AAAAAAAA']) {
        const answer = await stranger.post(`/waitlist/${action}`, { ...token, entry });
        expect((await stranger.follow(answer)).alerts).to.deep.equal([text]);
      }
    }
    expect(await state(client)).to.equal('offered');
    const { waitingList } = JSON.parse((await client.get('/account/data')).text) as { waitingList: object[] };
    expect(waitingList).to.have.length(1);
    expect(waitingList[0]).to.have.property('joinedAt');
    expect(waitingList[0]).to.include({ destinationName: 'TRAPPIST-1 System', departureDate: '2033-08-01' });
  });

  it('and bookings are counted against the counters of departures, and a gauge tells', async () => {
    const [one] = await fill('2033-09-01');
    await waiting('2033-09-01');
    await cancel(one);
    expect(await app.mismatchedGauge()).to.equal(0);
    const set = (booked: number) =>
      app.rows("UPDATE departure SET booked = ? WHERE departure_date = '2033-09-01'", [booked]);
    await set(1);
    expect(await app.mismatchedGauge()).to.equal(1);
    await set(2);
    await app.rows('RENAME TABLE waiting_list TO gone');
    expect(await app.mismatchedGauge(), 'what is not known').to.equal(undefined);
    await app.rows('RENAME TABLE gone TO waiting_list');
    expect(await app.mismatchedGauge()).to.equal(0);
  });

  describe('and a cancellation that is undone', () => {
    const undo = (client: WebClient) => press(client, '/reservation/undo');

    it('give the place back where it is still free, in the calendar file too', async () => {
      const [one] = await fill('2034-01-01');
      const { text } = await one.get('/reservation');
      const file = /href="(\/reservation\/\w{8}\/trip.ics)"/.exec(text)?.[1] ?? '';
      await cancel(one);
      expect((await one.get(file)).text)
        .to.include('STATUS:CANCELLED')
        .and.include('SEQUENCE:1\r\n');
      const form = hiddenFields((await one.get('/reservation')).text, '/reservation/undo');
      expect((await undo(one)).alerts[0]).to.equal(
        'Success! Your trip to TRAPPIST-1 System on Sunday 1 January 2034 is on again.',
      );
      expect((await one.get(file)).text)
        .to.include('STATUS:CONFIRMED')
        .and.include('SEQUENCE:2\r\n');
      expect((await one.follow(await one.post('/reservation/undo', form))).alerts[0]).to.match(/^Success/);
      expect(await state(one)).to.equal('booked');
    });

    it('find that the place has gone: 409 with other days and the waiting list', async () => {
      const [one] = await fill('2034-02-01');
      const next = await waiting('2034-02-01');
      await cancel(one);
      expect(await state(next)).to.equal('offered');
      const form = hiddenFields((await one.get('/reservation')).text, '/reservation/undo');
      const refused = await one.post('/reservation/undo', form);
      expect(refused.status).to.equal(409);
      expect(refused.alerts[0]).to.include('There are no available slots');
      expect(refused.text).to.include('name="alternative"').and.include('formaction="/waitlist"');
      const again = { ...hiddenFields(refused.text, '/book'), ...trip('2034-02-01') };
      expect((await one.follow(await one.post('/waitlist', again))).alerts[0]).to.include('on the waiting list');
      await leave(next);
      expect(await state(one)).to.equal('offered');
      expect((await undo(one)).alerts[0], 'by the place that is kept for them').to.match(/^Success/);
      expect(await state(one)).to.equal('booked');
    });

    it('find another trip in the way', async () => {
      const [one] = await fill('2034-03-01');
      await cancel(one);
      await book(one, trip('2034-03-05', { destination: 'Kepler-452 System' }));
      const form = hiddenFields((await one.get('/reservation')).text, '/reservation/undo');
      expect((await one.post('/reservation/undo', form)).alerts[0]).to.include('trips cannot overlap');
    });

    it('come too late after some minutes, or when the day is over', async () => {
      const [one] = await fill('2034-04-01');
      await cancel(one);
      const form = hiddenFields((await one.get('/reservation')).text, '/reservation/undo');
      now = new Date('2032-06-15T06:10:00Z');
      expect((await one.get('/reservation')).text).to.not.include('/reservation/undo');
      expect((await one.follow(await one.post('/reservation/undo', form))).alerts[0]).to.match(
        /^It is too late to undo/,
      );
      const stranger = await app.traveller();
      const token = hiddenFields((await stranger.get('/home')).text, '/logout');
      for (const booking of [form.booking ?? '', '', 'AAAAAAAA']) {
        const answer = await stranger.post('/reservation/undo', { ...token, booking });
        expect((await stranger.follow(answer)).alerts[0]).to.include('no trip with that reference');
      }
    });
  });
});
