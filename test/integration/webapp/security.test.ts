import { expect } from 'chai';
import { hiddenFields } from './web-client.ts';
import { aTrip, PASSWORD, startApp, type TestApp } from './world.ts';

describe('Forged requests', () => {
  let app: TestApp;
  before(async () => (app = await startApp({ env: { DEMO_TRAVELLER: 'true' } })));
  after(() => app.stop());

  const bookings = async () => (await app.rows('SELECT COUNT(*) AS n FROM booking WHERE cancelled_at IS NULL'))[0]?.n;

  it('are refused without a token, with an altered one, and with that of another traveller', async () => {
    const client = await app.traveller();
    const stranger = await app.traveller();
    const own = hiddenFields((await client.get('/book')).text, '/book');
    const foreign = hiddenFields((await stranger.get('/book')).text, '/book');
    const token = own._csrf ?? '';
    const altered = (token.startsWith('A') ? 'B' : 'A') + token.slice(1);
    for (const _csrf of ['', 'x', altered, foreign._csrf ?? '', 'A'.repeat(86)]) {
      const answer = await client.post('/book', { ...own, ...aTrip(), _csrf });
      expect(answer.status, _csrf).to.equal(403);
    }
    expect(await bookings()).to.equal(0);
    expect((await client.post('/book', { ...own, ...aTrip() })).status).to.equal(303);
  });

  it('of another site are refused, whatever their token', async () => {
    const client = await app.traveller();
    await client.submit('/book', '/book', aTrip({ departure_date: '2034-05-05', return_date: '2034-05-06' }));
    const before = await bookings();
    const form = hiddenFields((await client.get('/reservation')).text, '/reservation');
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { referer: 'http://evil.example/page' },
    ]) {
      expect((await client.post('/reservation', form, headers)).status).to.equal(403);
    }
    expect(await bookings()).to.equal(before);
    const fine = await client.post('/reservation', form, { origin: app.url, 'sec-fetch-site': 'same-origin' });
    expect(fine.status).to.equal(303);
  });

  it('are answered by a page that offers no log-in, as it cannot know who is logged in', async () => {
    const client = await app.traveller();
    const cookies = [...client.cookies.keys()];
    client.cookies.clear(); // SameSite=Lax: the browser keeps them back
    const answer = await client.post('/reservation', {}, { 'sec-fetch-site': 'cross-site' });
    expect([answer.status, cookies.length > 0]).to.deep.equal([403, true]);
    expect(answer.text).to.include('came from another site').and.not.include('name="login"');
  });

  it('cannot log anybody in with a token of another visitor', async () => {
    const token = hiddenFields((await app.client().get('/login')).text, '/login');
    const answer = await app.client().post('/login', { ...token, username: 'test1234', password: 'asdasd' });
    expect(answer.status).to.equal(403);
  });

  it('get a token that looks different each time', async () => {
    const client = app.client();
    const tokens = [await client.get('/login'), await client.get('/login')].map(
      ({ text }) => hiddenFields(text, '/login')._csrf,
    );
    expect(tokens[0]).to.not.equal(tokens[1]);
  });
});

describe('Headers', () => {
  let app: TestApp;
  before(async () => (app = await startApp({ env: { TRUST_PROXY: 'loopback' } })));
  after(() => app.stop());

  it('allow nothing but what this server has', async () => {
    const { headers } = await app.client().get('/');
    expect(headers.get('content-security-policy')).to.equal(
      "default-src 'none';style-src 'self';img-src 'self' data:;form-action 'self';base-uri 'none';frame-ancestors 'none'",
    );
    expect(headers.get('x-content-type-options')).to.equal('nosniff');
    expect(headers.get('x-powered-by')).to.equal(null);
    expect(headers.get('strict-transport-security')).to.equal(null);
    expect(headers.get('cache-control')).to.equal('no-store');
  });

  it('promise HTTPS only over HTTPS, where cookies belong to this host alone', async () => {
    const secure = { 'x-forwarded-proto': 'https' };
    const client = app.client();
    const { headers, text } = await client.get('/login', secure);
    expect(headers.get('strict-transport-security')).to.equal('max-age=31536000');
    expect(headers.get('content-security-policy')).to.include('upgrade-insecure-requests');
    expect(headers.getSetCookie()[0]).to.match(/^__Host-test-csrf=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    await client.submit('/register', '/register', {
      username: 'over-https',
      name: 'S',
      email_address: 's@example.com',
      password: PASSWORD,
      confirm_password: PASSWORD,
    });
    const form = { ...hiddenFields(text, '/login'), username: 'over-https', password: PASSWORD };
    const answer = await client.post('/login', form, secure);
    expect(answer.headers.getSetCookie().find((cookie) => cookie.startsWith('__Host-test-sid='))).to.match(/; Secure/);
    expect((await client.get('/reservation', secure)).status).to.equal(200);
    expect((await client.get('/reservation')).status).to.equal(303);
  });

  it('do not believe a proxy that nobody configured', async () => {
    const direct = await startApp();
    try {
      const { headers } = await direct.client().get('/', { 'x-forwarded-proto': 'https' });
      expect(headers.get('strict-transport-security')).to.equal(null);
    } finally {
      await direct.stop();
    }
  });

  it('give a page of another release our style sheet, which is not kept', async () => {
    const client = app.client();
    const own = /href="(\/app\.[0-9a-f]+\.css)"/.exec((await client.get('/')).text)?.[1] ?? '';
    const [mine, other] = [await client.get(own), await client.get('/app.0123456789.css')];
    expect([other.status, other.text, other.headers.get('content-type')]).to.deep.equal([
      200,
      mine.text,
      mine.headers.get('content-type'),
    ]);
    expect(other.headers.get('cache-control')).to.equal('no-store');
    for (const path of ['/app.css', '/app.012345678.css', '/app.0123456789.js', '/other.0123456789.css']) {
      expect((await client.get(path)).status, path).to.equal(404);
    }
  });

  it('let static files be kept for ever under names that change with their content', async () => {
    const client = app.client();
    const page = await client.get('/');
    const href = /href="(\/app\.[0-9a-f]+\.css)"/.exec(page.text)?.[1] ?? '';
    const style = await client.get(href, { 'accept-encoding': 'br' });
    expect(style.headers.get('cache-control')).to.equal('public, max-age=31536000, immutable');
    expect(style.headers.get('content-encoding')).to.equal('br');
    expect(style.text).to.not.match(/url\(["']?https?:/);
    expect(page.text).to.not.match(/(?:src|href|action)="(?:https?:)?\/\//);
  });
});
