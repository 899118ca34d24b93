import { expect } from 'chai';
import { hiddenFields, linksIn } from './web-client.ts';
import { aTrip, mismatches, startApp, type TestApp } from './world.ts';

const NOW = new Date('2032-06-15T06:00:00Z');

describe('Booking', () => {
  let app: TestApp;
  before(async () => (app = await startApp({ clock: { now: () => NOW } })));
  after(() => app.stop());
  afterEach('every departure has as many places booked as it has bookings', async () => {
    expect(await mismatches(app)).to.deep.equal([]);
  });

  it('books and shows the trip', async () => {
    const client = await app.traveller();
    const answer = await client.submit('/book', '/book', aTrip());
    expect([answer.status, answer.location]).to.deep.equal([303, '/reservation']);
    const page = await client.follow(answer);
    expect(page.alerts[0])
      .to.include('Your vacation has been booked')
      .and.match(/^Success/);
    for (const text of ['TRAPPIST-1 System', 'Thursday 3 March 2033', 'Wednesday 30 March 2033', '33']) {
      expect(page.text).to.include(text);
    }
  });

  it('tells all mistakes at once, age first, and keeps what was filled in', async () => {
    const client = await app.traveller();
    const answer = await client.submit('/book', '/book', aTrip({ age: '17', return_date: '2033-03-01' }));
    expect(answer.status).to.equal(422);
    expect(answer.alerts).to.have.length(2);
    expect(answer.alerts[0]).to.match(/^You cannot book an interstellar vacation with that age/);
    expect(answer.alerts[1]).to.match(/^Travelling through time yet isn't possible/);
    expect(answer.text).to.include('value="2033-03-01"').and.include('value="17"');
    expect(answer.text).to.match(/<option value="TRAPPIST-1 System" selected>/);
  });

  it('accepts today wherever on Earth it still is, and nothing before', async () => {
    const client = await app.traveller();
    const past = await client.submit('/book', '/book', aTrip({ departure_date: '2032-06-13' }));
    expect(past.alerts[0]).to.match(/^Travelling through time/);
    const today = await client.submit('/book', '/book', aTrip({ departure_date: '2032-06-14' }));
    expect(today.status).to.equal(303);
  });

  it('asks for dates that are missing instead of inventing them', async () => {
    const client = await app.traveller();
    const answer = await client.submit('/book', '/book', { ...aTrip(), departure_date: '', return_date: '' });
    expect(answer.status).to.equal(422);
    expect(answer.alerts).to.deep.equal(['This field is required.', 'This field is required.']);
  });

  it('refuses the sixth place of a departure with 409, the form still filled in', async () => {
    const trip = aTrip({ departure_date: '2034-01-01', return_date: '2034-02-02' });
    for (let place = 1; place <= 5; place++) {
      const client = await app.traveller();
      expect((await client.submit('/book', '/book', trip)).status).to.equal(303);
    }
    const late = await app.traveller();
    const answer = await late.submit('/book', '/book', trip);
    expect(answer.status).to.equal(409);
    expect(answer.alerts[0]).to.include('There are no available slots on TRAPPIST-1 System for this departure date');
    expect(answer.text).to.include('value="2034-02-02"');
    const other = await late.submit('/book', '/book', { ...trip, destination: 'Kepler-452 System' });
    expect(other.status).to.equal(303);
  });

  it('lets a traveller hold several trips, but not two at the same time', async () => {
    const client = await app.traveller();
    const book = (departure_date: string, return_date: string, destination = 'Kepler-1649 System') =>
      client.submit('/book', '/book', aTrip({ departure_date, return_date, destination }));
    expect((await book('2035-01-10', '2035-01-20')).status).to.equal(303);
    expect((await book('2035-01-20', '2035-01-30')).status).to.equal(303);
    const overlapping = await book('2035-01-15', '2035-01-25', 'Kepler-452 System');
    expect(overlapping.status).to.equal(409);
    expect(overlapping.alerts[0]).to.include('trips cannot overlap');
    expect((await book('2035-01-10', '2035-01-11')).status).to.equal(409);
    const [departure] = await app.rows("SELECT booked FROM departure WHERE departure_date = '2035-01-15'");
    expect(departure?.booked ?? 0).to.equal(0);
  });

  it('books once when the same form is sent twice, and again when it was filled in anew', async () => {
    const client = await app.traveller();
    const form = {
      ...hiddenFields((await client.get('/book')).text, '/book'),
      ...aTrip({ departure_date: '2033-03-04' }),
    };
    const answers = await Promise.all([1, 2, 3, 4].map(() => client.post('/book', form)));
    expect(answers.map(({ status }) => status)).to.deep.equal([303, 303, 303, 303]);
    const again = await client.post('/book', { ...form, departure_date: '2036-01-01', return_date: '2036-01-02' });
    expect(again.status).to.equal(303);
    expect(trips((await client.get('/reservation')).text)).to.equal(2);
  });

  it('cancels the trip that the hidden field names, and only that one', async () => {
    const client = await app.traveller();
    await client.submit('/book', '/book', aTrip({ departure_date: '2037-01-01', return_date: '2037-01-02' }));
    await client.submit('/book', '/book', aTrip({ departure_date: '2037-02-01', return_date: '2037-02-02' }));
    const answer = await client.submit('/reservation', '/reservation', {});
    const page = await client.follow(answer);
    expect(page.alerts[0]).to.include('has been cancelled');
    expect(trips(page.text)).to.equal(1);
    expect(page.text).to.include('2037-02-01').and.not.include('datetime="2037-01-01"');
  });

  it('gives the place of a cancelled trip to somebody else', async () => {
    const trip = aTrip({ departure_date: '2038-01-01', return_date: '2038-01-02' });
    const five = await Promise.all(Array.from({ length: 5 }, () => app.traveller()));
    for (const client of five) await client.submit('/book', '/book', trip);
    await five[2]?.submit('/reservation', '/reservation', {});
    const late = await app.traveller();
    expect((await late.submit('/book', '/book', trip)).status).to.equal(303);
  });

  it('lets the same form book again after its booking was cancelled', async () => {
    const client = await app.traveller();
    const trip = aTrip({ departure_date: '2039-01-01', return_date: '2039-01-02' });
    const form = { ...hiddenFields((await client.get('/book')).text, '/book'), ...trip };
    await client.post('/book', form);
    await client.submit('/reservation', '/reservation', {});
    expect((await client.post('/book', form)).status).to.equal(303);
    expect(trips((await client.get('/reservation')).text)).to.equal(1);
  });

  it('cancels nothing of somebody else, nothing twice, and nothing that does not exist', async () => {
    const owner = await app.traveller();
    await owner.submit('/book', '/book', aTrip({ departure_date: '2040-01-01', return_date: '2040-01-02' }));
    const form = hiddenFields((await owner.get('/reservation')).text, '/reservation');
    const thief = await app.traveller();
    await thief.submit('/book', '/book', aTrip({ departure_date: '2040-01-01', return_date: '2040-01-02' }));
    const stolen = await thief.submit('/reservation', '/reservation', { booking: form.booking ?? '' });
    expect((await thief.follow(stolen)).alerts[0]).to.include('no trip with that reference');
    const answers = await Promise.all([1, 2, 3].map(() => owner.post('/reservation', form)));
    expect(answers.map(({ status }) => status)).to.deep.equal([303, 303, 303]);
    const [departure] = await app.rows("SELECT booked FROM departure WHERE departure_date = '2040-01-01'");
    expect(departure?.booked).to.equal(1);
    for (const booking of ['', 'AAAAAAAA', "' OR 1=1 -- ", '☃'.repeat(300)]) {
      expect((await owner.submit('/book', '/book', {})).status).to.equal(422);
      const token = hiddenFields((await owner.get('/home')).text, '/logout');
      const answer = await owner.post('/reservation', { ...token, booking });
      expect((await owner.follow(answer)).alerts[0]).to.include('no trip with that reference');
    }
  });

  it('offers the nearest free departures when one is full, each a click away', async () => {
    const trip = aTrip({ departure_date: '2042-01-10', return_date: '2042-01-20' });
    const fill = async (departure_date: string) => {
      for (let place = 1; place <= 5; place++) {
        const client = await app.traveller();
        await client.submit('/book', '/book', { ...trip, departure_date });
      }
    };
    await fill('2042-01-10');
    await fill('2042-01-09');
    const client = await app.traveller();
    await client.submit('/book', '/book', aTrip({ departure_date: '2042-01-21', return_date: '2042-01-25' }));
    const refused = await client.submit('/book', '/book', trip);
    const offered = [...refused.text.matchAll(/name="alternative" value="([\d-]+)"/g)].map(([, date]) => date);
    expect(offered).to.deep.equal(['2042-01-07', '2042-01-08', '2042-01-11']);
    const form = { ...hiddenFields(refused.text, '/book'), ...trip, alternative: '2042-01-08' };
    expect((await client.post('/book', form)).status).to.equal(303);
    const page = await client.get('/reservation');
    expect(page.text).to.include('datetime="2042-01-08"').and.include('datetime="2042-01-18"');
  });

  it('keeps what was filled in when another day, month or destination is chosen in the calendar beside the form', async () => {
    const client = await app.traveller();
    const filledIn = {
      age: '17',
      previous_experience: 'Yes',
      blackhole_visit: 'Yes',
      destination: 'Kepler-452 System',
    };
    const dates = { departure_date: '2041-05-05', return_date: '2041-06-20' };
    const refused = await client.submit('/book', '/book', { ...filledIn, ...dates });
    expect(refused.status).to.equal(422);
    const links = [...refused.text.matchAll(/href="(\/book\?[^"]*)"/g)].map(([, href = '']) =>
      href.replaceAll('&amp;', '&'),
    );
    const [day, month] = [
      links.find((href) => href.includes('2041-05-09')),
      links.find((href) => href.includes('2041-06#')),
    ];
    const choice = new URLSearchParams({
      ...hiddenFields(refused.text, '/book#calendar'),
      destination: 'trappist-1',
      month: '2041-07',
    });
    for (const [path, departure, destination] of [
      [day, '2041-05-09', 'Kepler-452'],
      [month?.split('#')[0], '2041-05-05', 'Kepler-452'],
      [`/book?${choice.toString()}`, '2041-05-05', 'TRAPPIST-1'],
    ] as const) {
      const { text } = await client.get(path ?? '');
      const value = (id: string) => new RegExp(`id="${id}"[^>]* value="([^"]*)"`).exec(text)?.[1];
      const selected = (id: string) => new RegExp(`id="${id}"[^]*?value="([^"]*)" selected`).exec(text)?.[1];
      expect([value('age'), value('departure_date'), value('return_date')]).to.deep.equal([
        '17',
        departure,
        '2041-06-20',
      ]);
      expect([selected('previous_experience'), selected('blackhole_visit')]).to.deep.equal(['Yes', 'Yes']);
      expect(selected('destination')).to.include(destination);
    }
  });

  it('takes dates as people write them where a browser has no field for dates', async () => {
    const client = await app.traveller();
    const trip = aTrip({ departure_date: '2044/1/5', return_date: '2044.02.06' });
    expect((await client.submit('/book', '/book', trip)).status).to.equal(303);
    expect((await client.get('/reservation')).text)
      .to.include('datetime="2044-01-05"')
      .and.include('datetime="2044-02-06"');
  });

  it('shows everybody the places left, day by day, as a table that reads well aloud', async () => {
    const client = await app.traveller();
    await client.submit('/book', '/book', aTrip({ departure_date: '2043-01-05', return_date: '2043-01-06' }));
    const page = await app.client().get('/departures?destination=trappist-1&month=2043-01');
    expect(linksIn(page.text))
      .to.include('Monday 5 January 2043, 4 of 5 places left')
      .and.include('Tuesday 6 January 2043, 5 of 5 places left');
    expect(page.text).to.include('month=2042-12#calendar').and.include('month=2043-02#calendar');
    const chosen = await client.get('/book?destination=trappist-1&departure=2043-01-07&month=2043-01');
    expect(chosen.text).to.include('name="departure_date" required min="2032-06-14" value="2043-01-07"');
    expect(chosen.text).to.match(/<option value="TRAPPIST-1 System" selected>/);
    const past = await app.client().get('/departures?month=2032-06');
    expect(past.text).to.include('Sunday 13 June 2032, in the past').and.not.include('rel="prev"');
    for (const month of ['', '2043-13', '0000-00', '9999-12', "' OR 1", '2043-1']) {
      const other = await app.client().get(`/departures?month=${encodeURIComponent(month)}&destination=x`);
      expect(other.text, month).to.include('June 2032');
    }
  });

  it('shows a traveller without trips where to go', async () => {
    const client = await app.traveller();
    expect((await client.get('/reservation')).text).to.include('You have no trips yet.');
  });
});

describe('Destinations and capacities from the configuration', () => {
  it('follow a change without losing bookings, also a capacity below what is booked', async () => {
    const trip = aTrip({ destination: 'Vega', departure_date: '2041-01-01', return_date: '2041-01-05' });
    const vega = (capacity: number) => ({ DESTINATIONS: JSON.stringify([{ id: 'vega', name: 'Vega', capacity }]) });
    const outcomes: number[] = [];
    let uri: string | undefined;
    for (const capacity of [3, 2, 4]) {
      const app: TestApp = await startApp({ ...(uri !== undefined && { uri }), env: vega(capacity) });
      uri = app.uri;
      try {
        for (let attempt = 0; attempt < 4; attempt++) {
          outcomes.push((await (await app.traveller()).submit('/book', '/book', trip)).status);
        }
        expect(await mismatches(app)).to.deep.equal([]);
      } finally {
        await app.stop();
      }
    }
    expect(outcomes).to.deep.equal([303, 303, 303, 409, 409, 409, 409, 409, 303, 409, 409, 409]);
  });
});

function trips(html: string): number {
  return html.split('name="cancel"').length - 1;
}
