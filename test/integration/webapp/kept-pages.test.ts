import { expect } from 'chai';
import { hiddenFields, type WebClient } from './web-client.ts';
import { aTrip, startApp, type TestApp } from './world.ts';

describe('Pages from memory', () => {
  let app: TestApp;
  before(async () => (app = await startApp()));
  after(() => app.stop());

  /** Tokens differ each time, and so does the request's id. */
  const withoutTokens = (html: string) => html.replaceAll(/name="_csrf" value="[\w-]+"/g, 'token');
  const names = (headers: Headers) => [...headers.keys()].filter((name) => name !== 'set-cookie').sort();

  for (const path of ['/', '/home', '/about', '/login', '/register']) {
    it(`${path} is the page that would be rendered, for visitors and for travellers`, async () => {
      for (const client of [app.client(), await app.traveller()]) {
        await client.get('/about'); // takes the alert of the log-in away
        const [kept, rendered] = [await client.get(path), await client.get(`${path}?`)];
        expect([kept.status, rendered.status]).to.deep.equal([200, 200]);
        expect(withoutTokens(kept.text)).to.equal(withoutTokens(rendered.text));
        expect(names(kept.headers)).to.deep.equal(names(rendered.headers));
        expect(kept.headers.get('content-length')).to.equal(String(Buffer.byteLength(kept.text)));
      }
    });
  }

  it("show the places left and a traveller's trips as the pages that are rendered", async () => {
    const [one, other] = [await app.traveller(), await app.traveller()];
    const today = new Date().toISOString().slice(0, 10);
    const later = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const first = 'Proxima Centauri System';
    const book = (client: WebClient, fields: Readonly<Record<string, string>>) =>
      client.submit('/book', '/book', aTrip({ destination: first, ...fields }));
    const withoutKeys = (html: string) => withoutTokens(html).replace(/name="form_key" value="[\w-]+"/, 'key');
    const same = async (path: string) => {
      await one.get('/about'); // takes the alert away
      const [along, rendered] = [await one.get(path), await one.get(`${path}?`)];
      expect(along.status).to.equal(200);
      expect(withoutKeys(along.text)).to.equal(withoutKeys(rendered.text));
      expect(names(along.headers)).to.deep.equal(names(rendered.headers));
      return along.text;
    };

    expect(await same('/book'))
      .to.include('5 of 5 places left')
      .and.not.include('4 of 5');
    expect(await same('/reservation'))
      .to.include('You have no trips yet')
      .and.include(one.username);
    await other.get('/about');
    expect((await other.get('/reservation')).text, 'the same for somebody else')
      .to.include(other.username)
      .and.not.include(one.username);
    await book(other, { departure_date: today, return_date: later });
    expect(await same('/book'), 'at once').to.include('4 of 5 places left');

    await book(one, { departure_date: '2034-04-04', return_date: '2034-04-05' });
    await book(one, { departure_date: '2034-03-03', return_date: '2034-03-05', previous_experience: 'Yes' });
    await book(one, { departure_date: '2034-05-03', return_date: '2034-05-05', blackhole_visit: 'No' });
    await one.submit('/reservation', '/reservation', {});
    expect(await same('/reservation')).to.match(/name="undo"[^]*4 April 2034[^]*3 May 2034/);
    const wanted = { departure_date: '2034-06-03', return_date: '2034-06-05' };
    await app.rows("INSERT INTO departure VALUES ('proxima-centauri', '2034-06-03', 5, 5)");
    await one.get('/about');
    const form = hiddenFields((await one.get('/book')).text, '/book');
    await one.post('/waitlist', { ...form, ...aTrip({ destination: first, ...wanted }) });
    expect(await same('/reservation')).to.include('You are next in line.');
  });

  it('show trips as they are at that time, though nothing of them has changed', async () => {
    let time = new Date('2030-01-01T23:59:00Z');
    const later = await startApp({
      clock: { now: () => time },
      env: { SESSION_IDLE_MINUTES: '1440', SESSION_MAX_HOURS: '48' },
    });
    try {
      const one = await later.traveller();
      await one.submit('/book', '/book', aTrip({ departure_date: '2030-01-01', return_date: '2030-01-02' }));
      await one.submit('/book', '/book', aTrip({ departure_date: '2030-01-03', return_date: '2030-01-05' }));
      await one.get('/about');
      expect((await one.get('/reservation')).text).to.match(/under way[^]*Cancel this trip[^]*in 2 days/);
      time = new Date('2030-01-02T00:00:00Z');
      expect((await one.get('/reservation')).text).to.match(/under way[^]*Cancel this trip[^]*in 1 day</);
      time = new Date('2030-01-02T12:00:00Z');
      const { text } = await one.get('/reservation');
      expect(text, 'departed everywhere on Earth').to.match(/under way[^]*in 1 day[^]*Cancel this trip/);
      expect(text.match(/Cancel this trip/g)).to.have.length(1);
    } finally {
      await later.stop();
    }
  });

  it('show a name as it is written, and have a token that counts', async () => {
    const client = app.client();
    const account = { username: '<b>&amp;"$&', name: 'A', email_address: 'a@example.com', password: 'not so common 1' };
    await client.submit('/register', '/register', { ...account, confirm_password: account.password });
    await client.submit('/login', '/login', account);
    await client.get('/about');
    expect((await client.get('/home')).text).to.include('&lt;b&gt;&amp;amp;&#34;$&amp;</a>');
    const out = await client.submit('/home', '/logout', {});
    expect([out.status, out.location]).to.deep.equal([303, '/home']);
    expect(client.cookies.has('sid')).to.equal(false);
  });

  it('show an alert once, though they are kept', async () => {
    const client = await app.traveller();
    await client.submit('/logout', '/logout', {});
    expect((await client.get('/home')).alerts).to.deep.equal(['You have been logged out.']);
    expect((await client.get('/home')).alerts).to.deep.equal([]);
  });
});
