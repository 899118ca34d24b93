import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { Cookie } from 'express-session';
import { SessionStore } from '../../../webapp/sessions/session-store.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { hiddenFields } from './web-client.ts';
import { aTrip, PASSWORD, startApp, type TestApp } from './world.ts';

describe('Sessions', () => {
  let now = new Date('2032-06-15T06:00:00Z');
  const later = (minutes: number) => (now = new Date(now.getTime() + minutes * 60_000));
  const recorded = recordingLogger();
  let app: TestApp;
  before(async () => {
    app = await startApp({
      clock: { now: () => now },
      logger: recorded.logger,
      env: { SESSION_IDLE_MINUTES: '60', SESSION_MAX_HOURS: '3' },
    });
  });
  after(() => app.stop());

  const touched = async () =>
    (await app.rows('SELECT touched_at FROM session ORDER BY created_at DESC LIMIT 1'))[0]?.touched_at;

  it('are not kept for visitors, who get no cookie before their first form', async () => {
    const client = app.client();
    for (const path of ['/', '/home', '/about', '/book', '/nowhere']) await client.get(path);
    expect([...client.cookies.keys()]).to.deep.equal([]);
    await client.get('/login');
    expect([...client.cookies.keys()]).to.deep.equal(['test-csrf']);
    expect((await app.rows('SELECT COUNT(*) AS n FROM session'))[0]?.n).to.equal(0);
  });

  it('end when they were idle for too long', async () => {
    const client = await app.traveller();
    later(59);
    expect((await client.get('/reservation')).status).to.equal(200);
    later(59);
    expect((await client.get('/reservation')).status).to.equal(200);
    later(61);
    expect((await client.get('/reservation')).status).to.equal(303);
  });

  it('end at their maximum age, however busy', async () => {
    const client = await app.traveller();
    for (let minutes = 0; minutes < 179; minutes += 30) {
      expect((await client.get('/reservation')).status).to.equal(200);
      later(30);
    }
    later(1);
    expect((await client.get('/reservation')).status).to.equal(303);
  });

  it('are written at most once a minute', async () => {
    const client = await app.traveller();
    const first = await touched();
    later(0.9);
    await client.get('/reservation');
    expect(await touched()).to.deep.equal(first);
    later(0.2);
    await client.get('/reservation');
    expect(await touched()).to.deep.equal(now);
  });

  it('that have ended are swept, all of them, and no other', async () => {
    const client = await app.traveller();
    const more = Array.from({ length: 1200 }, () => [randomBytes(32), '{}', now, now, now]);
    await app.rows('INSERT INTO session (id_hash, data, created_at, touched_at, expires_at) VALUES ?', [more]);
    await app.sweep();
    expect(await app.rows('SELECT COUNT(*) AS n FROM session WHERE expires_at <= ?', [now])).to.deep.equal([{ n: 0 }]);
    expect((await client.get('/reservation')).status).to.equal(200);
  });

  it('that have ended are ended by a log-out as well, whatever token its page had', async () => {
    const client = await app.traveller();
    const form = hiddenFields((await client.get('/about')).text, '/logout');
    later(61);
    const answer = await client.post('/logout', form);
    expect([answer.status, answer.location]).to.deep.equal([303, '/home']);
  });

  it('that ended while a trip was filled in lead back to the form, with where and when, and with nothing done', async () => {
    const fields = aTrip({ destination: "Teegarden's Star System", age: '77' });
    for (const action of ['/book', '/waitlist']) {
      const client = await app.traveller();
      const form = hiddenFields((await client.get('/book')).text, '/book');
      later(61);
      const refused = await client.post(action, { ...form, ...fields });
      const way = '/book?destination=teegardens-star&departure=2033-03-03&return=2033-03-30';
      expect([refused.status, refused.location]).to.deep.equal([303, `/login?next=${encodeURIComponent(way)}`]);
      const logIn = { username: client.username, password: PASSWORD };
      const back = await client.submit(refused.location ?? '', '/login', logIn);
      expect(back.location).to.equal(way);
      const { text } = await client.follow(back);
      expect(text).to.match(/<option[^>]* selected[^>]*>Teegarden&#39;s Star System/);
      expect(text).to.match(/name="departure_date"[^>]* value="2033-03-03"/);
      expect(text).to.match(/name="return_date"[^>]* value="2033-03-30"/);
      expect((await client.get('/reservation')).text).to.include('You have no trips yet');
      expect(recorded.text(), 'its line in the log').to.include(`"method":"POST","route":"${action}","status":303`);
    }
  });

  it('that ended before another form was sent lead back to the page that has it', async () => {
    for (const [action, page] of [
      ['/account/password', '/account'],
      ['/account/delete', '/account'],
      ['/reservation', '/reservation'],
      ['/reservation/undo', '/reservation'],
      ['/waitlist/take', '/reservation'],
    ] as const) {
      const client = await app.traveller();
      later(61);
      const refused = await client.post(action, {});
      const logIn = { username: client.username, password: PASSWORD };
      let answer = await client.submit(refused.location ?? '', '/login', logIn);
      while (answer.location !== null && answer.location !== page) answer = await client.follow(answer);
      expect(answer.location, action).to.equal(page);
    }
  });

  it('that have ended are not stored again at the end of the request that began them', async () => {
    const sessions = async () => (await app.rows('SELECT COUNT(*) AS n FROM session'))[0]?.n;
    const before = await sessions();
    const store = new SessionStore(app.database, { idleMinutes: 60, maximumHours: 3 }, { now: () => now });
    const session = { cookie: new Cookie(), traveller: { id: 1, username: 'ada', name: 'Ada' } };
    await promisify(store.set)('an ended session', session);
    expect(await sessions()).to.equal(before);
  });

  it('get a new id at log-in, and the old one is worth nothing', async () => {
    const client = await app.traveller();
    const old = client.cookies.get('test-sid') ?? '';
    await client.submit('/login', '/login', { username: client.username, password: 'a giraffe on the moon' });
    expect(client.cookies.get('test-sid')).to.not.equal(old);
    client.cookies.set('test-sid', old);
    expect((await client.get('/reservation')).status).to.equal(303);
  });

  it('are still valid, like forms, when the key was replaced and the previous one is known', async () => {
    const client = await app.traveller();
    const next = await startApp({
      uri: app.uri,
      clock: { now: () => now },
      env: { secret_key: 'a new key for everything', secret_key_previous: 'only for tests 0123456789' },
    });
    try {
      const moved = next.client();
      for (const [name, value] of client.cookies) moved.cookies.set(name, value);
      expect((await moved.get('/reservation')).status).to.equal(200);
      moved.cookies.set(
        'test-sid',
        (client.cookies.get('test-sid') ?? '').replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      );
      expect((await moved.get('/reservation')).status).to.equal(303);
    } finally {
      await next.stop();
    }
  });
});
