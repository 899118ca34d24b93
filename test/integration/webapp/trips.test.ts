import { expect } from 'chai';
import { hiddenFields, type WebClient } from './web-client.ts';
import { aTrip, mismatches, startApp, type TestApp } from './world.ts';

describe('One trip', () => {
  let app: TestApp;
  before(async () => (app = await startApp({ env: { CAPACITY_PER_DEPARTURE: '2' } })));
  after(() => app.stop());
  afterEach('every departure has as many places booked as it has bookings', async () => {
    expect(await mismatches(app)).to.deep.equal([]);
  });

  const book = async (client: WebClient, departure_date: string, return_date: string) => {
    const answer = await client.submit('/book', '/book', aTrip({ departure_date, return_date }));
    expect(answer.status).to.equal(303);
    const rows = await app.rows('SELECT reference FROM booking ORDER BY id DESC LIMIT 1');
    return String(rows[0]?.reference);
  };
  const change = (client: WebClient, reference: string, departure_date: string, return_date: string) =>
    client.submit(`/reservation/${reference}/change`, `/reservation/${reference}/change`, {
      departure_date,
      return_date,
    });
  const bookedOn = async (date: string) =>
    (await app.rows('SELECT booked FROM departure WHERE departure_date = ?', [date]))[0]?.booked ?? 0;

  it('gets other dates in one step, forwards and backwards, and may meet its own old ones', async () => {
    const client = await app.traveller();
    const reference = await book(client, '2033-01-10', '2033-01-20');
    const steps: [string, string][] = [
      ['2033-01-15', '2033-01-25'],
      ['2033-01-05', '2033-01-16'],
      ['2033-01-05', '2033-01-30'],
    ];
    for (const [departure, back] of steps) {
      const answer = await change(client, reference, departure, back);
      expect([answer.status, answer.location]).to.deep.equal([303, '/reservation']);
      const page = await client.follow(answer);
      expect(page.alerts[0]).to.match(/^Success/);
      expect(page.text).to.include(`datetime="${departure}"`).and.include(`datetime="${back}"`);
    }
    expect(await Promise.all(['2033-01-05', '2033-01-10', '2033-01-15'].map(bookedOn))).to.deep.equal([1, 0, 0]);
  });

  it('stays as it was when the new departure is full or another trip is in the way', async () => {
    for (let place = 0; place < 2; place++) await book(await app.traveller(), '2034-01-02', '2034-01-03');
    const client = await app.traveller();
    const reference = await book(client, '2034-01-10', '2034-01-20');
    await book(client, '2034-03-01', '2034-03-09');
    const full = await change(client, reference, '2034-01-02', '2034-01-12');
    expect(full.status).to.equal(409);
    expect(full.alerts[0]).to.include('no available slots');
    const overlapping = await change(client, reference, '2034-02-20', '2034-03-05');
    expect(overlapping.status).to.equal(409);
    expect(overlapping.alerts[0]).to.include('trips cannot overlap');
    const wrong = await change(client, reference, '2034-02-20', '2034-02-20');
    expect(wrong.status).to.equal(422);
    expect(wrong.alerts[0]).to.match(/^Travelling through time/);
    expect(await Promise.all(['2034-01-02', '2034-01-10', '2034-02-20'].map(bookedOn))).to.deep.equal([2, 1, 0]);
  });

  it('is not shown to others, nor changed by them', async () => {
    const owner = await app.traveller();
    const reference = await book(owner, '2035-01-10', '2035-01-20');
    const stranger = await app.traveller();
    for (const page of ['change', 'ticket', 'trip.ics']) {
      expect((await stranger.get(`/reservation/${reference}/${page}`)).status, page).to.equal(404);
      expect((await app.client().get(`/reservation/${reference}/${page}`)).status, page).to.equal(303);
      expect((await owner.get(`/reservation/${reference}/${page}`)).status, page).to.equal(200);
    }
    const token = hiddenFields((await stranger.get('/home')).text, '/logout');
    const dates = { departure_date: '2035-02-02', return_date: '2035-02-03' };
    expect((await stranger.post(`/reservation/${reference}/change`, { ...token, ...dates })).status).to.equal(404);
    expect(await bookedOn('2035-01-10')).to.equal(1);
  });

  it('that has departed can be neither changed nor cancelled, and its page says why', async () => {
    let now = new Date('2032-06-15T06:00:00Z');
    const later = await startApp({
      uri: app.uri,
      clock: { now: () => now },
      env: { SESSION_MAX_HOURS: '1000', SESSION_IDLE_MINUTES: '40000' },
    });
    try {
      const client = await later.traveller();
      const reference = await book(client, '2032-06-15', '2032-06-20');
      const token = hiddenFields((await client.get('/reservation')).text, '/reservation');
      const dates = { departure_date: '2032-07-01', return_date: '2032-07-02' };
      now = new Date('2032-06-16T11:59:00Z');
      expect((await client.get('/reservation')).text, 'while it is still that day somewhere').to.include(
        'name="cancel"',
      );
      now = new Date('2032-06-16T12:00:00Z');
      const page = await client.get('/reservation');
      expect(page.text).to.include('under way').and.not.include('name="cancel"').and.not.include('/change"');
      const attempts = [
        () => client.post('/reservation', token),
        () => client.get(`/reservation/${reference}/change`),
        () => client.post(`/reservation/${reference}/change`, { ...token, ...dates }),
      ];
      for (const attempt of attempts) {
        expect((await client.follow(await attempt())).alerts).to.deep.equal([
          'Your trip to TRAPPIST-1 System has departed: it can no longer be changed or cancelled.',
        ]);
      }
      expect(await bookedOn('2032-06-15')).to.equal(1);
    } finally {
      await later.stop();
    }
  });

  it('to where nobody flies any more keeps its dates, but may be cancelled', async () => {
    const client = await app.traveller();
    const reference = await book(client, '2039-01-10', '2039-01-20');
    const other = await startApp({ uri: app.uri, env: { DESTINATIONS: '[{"id":"vega","name":"Vega"}]' } });
    try {
      const there = other.client();
      for (const [name, value] of client.cookies) there.cookies.set(name, value);
      const token = hiddenFields((await there.get('/reservation')).text, '/reservation');
      const dates = { departure_date: '2039-02-01', return_date: '2039-02-02' };
      const attempts = [
        () => there.get(`/reservation/${reference}/change`),
        () => there.post(`/reservation/${reference}/change`, { ...token, ...dates }),
      ];
      for (const attempt of attempts) {
        expect((await there.follow(await attempt())).alerts[0]).to.match(
          /^We do not fly to TRAPPIST-1 System any more/,
        );
      }
      expect(await bookedOn('2039-01-10')).to.equal(1);
      expect((await there.follow(await there.post('/reservation', token))).alerts[0]).to.include('has been cancelled');
      expect(await bookedOn('2039-01-10')).to.equal(0);
    } finally {
      await other.stop();
    }
  });

  it('becomes a calendar file that follows its changes and its end', async () => {
    const client = await app.traveller();
    const reference = await book(client, '2036-01-10', '2036-01-20');
    const file = () => client.get(`/reservation/${reference}/trip.ics`);
    const first = await file();
    expect(first.headers.get('content-type')).to.equal('text/calendar; charset=utf-8');
    expect(first.text).to.include('SEQUENCE:0\r\n').and.include('DTEND;VALUE=DATE:20360121\r\n');
    await change(client, reference, '2036-01-11', '2036-01-21');
    expect((await file()).text)
      .to.include('SEQUENCE:1\r\n')
      .and.include('DTSTART;VALUE=DATE:20360111\r\n');
    await client.submit('/reservation', '/reservation', {});
    const last = await file();
    expect(last.text).to.include('SEQUENCE:2\r\n').and.include('STATUS:CANCELLED').and.include(`UID:${reference}@`);
    expect((await client.get(`/reservation/${reference}/ticket`)).status).to.equal(404);
  });

  it('says in its calendar file when it was last changed, not when the file was asked for', async () => {
    const client = await app.traveller();
    const reference = await book(client, '2036-03-10', '2036-03-20');
    const stamp = async () =>
      /^DTSTAMP:(.*)\r$/m.exec((await client.get(`/reservation/${reference}/trip.ics`)).text)?.[1];
    const [row] = await app.rows('SELECT updated_at FROM booking WHERE reference = ?', [reference]);
    expect(Math.abs(Number(row?.updated_at) - Date.now())).to.be.below(60_000);
    await app.rows("UPDATE booking SET updated_at = '2020-02-03 04:05:06.789' WHERE reference = ?", [reference]);
    expect(await stamp()).to.equal('20200203T040506Z');
    await change(client, reference, '2036-03-11', '2036-03-21');
    expect(await stamp()).to.match(/^202[6-9]|^20[3-9]/);
  });

  it('keeps its place while many change dates to and fro at once', async () => {
    const dates = ['2037-01-01', '2037-01-02', '2037-01-03', '2037-01-04'];
    const travellers = await Promise.all(
      Array.from({ length: 6 }, async (_, index) => {
        const client = await app.traveller();
        const departure_date = dates[index % 3] ?? '';
        const answer = await client.submit('/book', '/book', aTrip({ departure_date, return_date: '2037-02-01' }));
        const page = await client.follow(answer);
        const [, reference] = /reservation\/([0-9A-Z]{8})\/ticket/.exec(page.text) ?? [];
        if (reference === undefined) throw new Error(`no trip: ${page.alerts.join(' | ')} ${page.text.slice(-3000)}`);
        return { client, reference };
      }),
    );
    const unexpected: number[] = [];
    await Promise.all(
      travellers.map(async ({ client, reference }, index) => {
        for (let round = 1; round <= 6; round++) {
          const { status } = await change(client, reference, dates[(index + round) % 4] ?? '', '2037-02-01');
          if (status !== 303 && status !== 409) unexpected.push(status);
        }
      }),
    );
    expect(unexpected).to.deep.equal([]);
    const [row] = await app.rows("SELECT SUM(booked) AS booked FROM departure WHERE departure_date LIKE '2037-01-0%'");
    expect(Number(row?.booked)).to.equal(6);
  });
});
