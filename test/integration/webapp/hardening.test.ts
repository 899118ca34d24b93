import { expect } from 'chai';
import { until } from '../../../scripts/cluster/run.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { type Answer, hiddenFields, type WebClient } from './web-client.ts';
import { aTrip, PASSWORD, startApp, type TestApp } from './world.ts';

const HTTPS = { 'x-forwarded-proto': 'https' };

/** What docs/security.md says of every answer, looked at over HTTPS behind a trusted proxy. */
describe('Every answer', () => {
  const recorded = recordingLogger();
  const answers = new Map<string, Answer>();
  const set: string[] = [];
  let app: TestApp;

  before(async () => {
    app = await startApp({
      env: { TRUST_PROXY: 'loopback', LIMIT_LOG_IN: '1/1h' },
      logger: recorded.logger,
    });
    await live(app.client());
  });
  after(() => app.stop());

  /** One answer of each kind. */
  async function live(client: WebClient): Promise<void> {
    const keep = (title: string, answer: Answer): Answer => {
      answers.set(title, answer);
      set.push(...answer.headers.getSetCookie());
      return answer;
    };
    const get = async (path: string) => keep(path, await client.get(path, HTTPS));
    const send = async (path: string, action: string, fields: Readonly<Record<string, string>>, title = action) => {
      const page = await client.get(path, HTTPS);
      set.push(...page.headers.getSetCookie());
      return keep(`POST ${title}`, await client.post(action, { ...hiddenFields(page.text, action), ...fields }, HTTPS));
    };
    const home = await get('/');
    await get(/href="(\/app\.[0-9a-f]+\.css)"/.exec(home.text)?.[1] ?? '');
    for (const path of ['/robots.txt', '/about', '/departures', '/login', '/nowhere', '/book']) await get(path);
    const password = `${PASSWORD} of Grace`;
    const registration = { username: 'grace.hopper', name: 'Grace Hopper', email_address: 'grace@navy.example' };
    await send('/register', '/register', { ...registration, password: 'x' }, '/register, refused');
    await send('/register', '/register', { ...registration, password, confirm_password: password });
    const wrong = { username: 'grace.hopper', password: 'a wrong password' };
    await send('/login', '/login', wrong, '/login, refused');
    await send('/login', '/login', wrong, '/login, throttled');
    await app.rows('DELETE FROM throttle');
    await send('/login', '/login', { username: 'grace.hopper', password });
    for (const path of ['/home', '/book', '/reservation', '/account', '/account/data']) await get(path);
    await send('/book', '/book', aTrip({ age: '3' }), '/book, refused');
    await send('/book', '/book', aTrip());
    const trips = await get('/reservation');
    const [, reference = ''] = /reservation\/([0-9A-Z]{8})\/ticket/.exec(trips.text) ?? [];
    for (const page of ['ticket', 'trip.ics', 'change']) await get(`/reservation/${reference}/${page}`);
    keep('POST without a token', await client.post('/book', aTrip(), HTTPS));
    keep('POST of another site', await client.post('/book', aTrip(), { ...HTTPS, 'sec-fetch-site': 'cross-site' }));
    keep('POST to a page without a form', await client.post('/about', {}, HTTPS));
    keep('POST too large', await client.post('/book', { x: 'y'.repeat(20_000) }, HTTPS));
    keep('POST of no form', await client.post('/book', { x: '1' }, { ...HTTPS, 'content-type': 'application/json' }));
    await send('/home', '/logout', {});
    await app.rows('RENAME TABLE departure TO departed');
    await app.rows('CREATE TABLE departure (another INT)');
    await get('/departures?destination=trappist-1');
  }

  const each = (check: (answer: Answer, title: string) => void) => {
    expect(answers.size).to.be.above(25);
    for (const [title, answer] of answers) check(answer, title);
  };

  it('was of every kind: found, moved, refused, and a fault of ours', () => {
    const statuses = new Set([...answers.values()].map(({ status }) => status));
    expect([...statuses].sort()).to.deep.equal([200, 303, 403, 404, 405, 413, 415, 422, 429, 500]);
  });

  it('allows nothing but what this server has, and to be framed by nobody', () => {
    each(({ headers }, title) => {
      const policy = headers.get('content-security-policy') ?? '';
      for (const directive of [
        "default-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
      ]) {
        expect(policy.split(';'), title).to.include(directive);
      }
      expect(policy, title).to.not.match(/unsafe|\*|https?:/);
    });
  });

  it('is what it says it is, and tells other sites and windows nothing', () => {
    each(({ headers }, title) => {
      expect(headers.get('x-content-type-options'), title).to.equal('nosniff');
      expect(headers.get('referrer-policy'), title).to.equal('same-origin');
      expect(headers.get('cross-origin-opener-policy'), title).to.equal('same-origin');
      expect(headers.get('cross-origin-resource-policy'), title).to.equal('same-origin');
      for (const name of ['access-control-allow-origin', 'x-powered-by', 'server']) {
        expect(headers.get(name), `${title}: ${name}`).to.equal(null);
      }
    });
  });

  it('has a content type with its character set, where it has a body', () => {
    each(({ headers, text }, title) => {
      if (text === '') return;
      expect(headers.get('content-type'), title).to.match(
        /^(text\/(html|css|plain|calendar)|application\/json); charset=utf-8$/,
      );
    });
  });

  it('is asked for by HTTPS for at least a year', () => {
    each(({ headers }, title) => {
      const [, seconds] = /^max-age=(\d+)/.exec(headers.get('strict-transport-security') ?? '') ?? [];
      expect(Number(seconds), title).to.be.at.least(365 * 86_400);
    });
  });

  it('is kept by nobody, unless it is a file that is the same for all', () => {
    each(({ headers }, title) => {
      const kept = /\.(css|txt)$/.test(title);
      const redirect = headers.has('location');
      if (!redirect) expect(headers.get('cache-control'), title).to.match(kept ? /^public, max-age=/ : /^no-store$/);
    });
  });

  it('tells nothing of what is inside: no path, no statement, no version', () => {
    each(({ text, headers }, title) => {
      expect(text + [...headers.values()].join(), title).to.not.match(
        /node_modules|\.js:\d|SELECT .* FROM|[Ss]equelize|[Mm]y[Ss][Qq][Ll]|ER_[A-Z]/,
      );
    });
  });

  it('sets only cookies of this host, over HTTPS, that no script reads and no other site sends', () => {
    const names = new Set(set.map((cookie) => cookie.split('=')[0]));
    expect([...names].sort()).to.deep.equal(['alert', 'csrf', 'device', 'sid'].map((name) => `__Host-test-${name}`));
    for (const cookie of set) {
      expect(cookie)
        .to.match(/; Path=\/(;|$)/)
        .and.match(/; HttpOnly(;|$)/)
        .and.match(/; Secure(;|$)/);
      expect(cookie)
        .to.match(/; SameSite=Lax(;|$)/)
        .and.not.match(/; Domain=/);
      expect(cookie.length).to.be.below(4096);
    }
  });

  it('leaves one line in the log, with time, id, route and status, and nothing that somebody is or typed', async () => {
    const lines = () =>
      recorded
        .text()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    const requests = () => lines().filter(({ message }) => message === 'Request');
    await until('the last line', 5000, () => Promise.resolve(requests().some(({ status }) => status === 500)));
    for (const line of requests()) {
      expect(line.timestamp).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(line).to.include.all.keys('id', 'method', 'route', 'status', 'milliseconds');
    }
    const logIns = requests().filter(({ method, route }) => method === 'POST' && route === '/login');
    expect(logIns.map(({ status }) => status)).to.deep.equal([422, 429, 303]);
    expect(
      lines()
        .filter(({ level }) => level === 'error')
        .map(({ message }) => message),
    ).to.include('Request failed');
    const text = recorded.text();
    const cookies = set.map((cookie) => /=([^;]{10,})/.exec(cookie)?.[1] ?? 'no cookie');
    for (const secret of [
      'grace',
      'hopper',
      'navy',
      'giraffe',
      'wrong password',
      '127.0.0.1',
      '2033-03-03',
      ...cookies,
    ]) {
      expect(text.toLowerCase(), secret).to.not.include(secret.toLowerCase());
    }
  });

  it('takes a request id of its caller only where it is one, so that nobody writes lines of their own', async () => {
    const client = app.client();
    const ids = ['a"},{"b":"c', 'short', 'x'.repeat(200), '${jndi:ldap://x}'];
    for (const id of ids)
      expect((await client.get('/', { 'x-request-id': id })).headers.get('x-request-id')).to.not.equal(id);
    const good = 'a-request-of-mine-1';
    expect((await client.get('/', { 'x-request-id': good })).headers.get('x-request-id')).to.equal(good);
  });
});
