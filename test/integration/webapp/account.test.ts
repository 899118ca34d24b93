import { expect } from 'chai';
import { hiddenFields } from './web-client.ts';
import { aTrip, mismatches, PASSWORD, startApp, type TestApp } from './world.ts';

describe('The account', () => {
  let app: TestApp;
  before(async () => (app = await startApp()));
  after(() => app.stop());

  const logIn = async (username: string, password: string) => {
    const client = app.client();
    const { status } = await client.submit('/login', '/login', { username, password });
    return { client, status };
  };

  it('is found by password managers: where the password is changed, and whose it is', async () => {
    const client = await app.traveller();
    const wellKnown = await client.get('/.well-known/change-password');
    expect([wellKnown.status, wellKnown.location]).to.deep.equal([303, '/account']);
    const { text } = await client.follow(wellKnown);
    for (const action of ['/account/password', '/account/delete']) {
      const form = text.split(`action="${action}"`)[1]?.split('</form>')[0] ?? '';
      expect(form, action).to.include(`value="${client.username}" autocomplete="username"`);
      expect(form.indexOf('autocomplete="username"'), 'before the password').to.be.below(
        form.indexOf('type="password"'),
      );
    }
  });

  it('gets another password, which ends all other sessions and keeps this one under a new id', async () => {
    const client = await app.traveller();
    const { client: elsewhere } = await logIn(client.username, PASSWORD);
    const old = client.cookies.get('test-sid');
    const next = 'another giraffe on the moon';
    const fields = { current_password: PASSWORD, password: next, confirm_password: next };
    const answer = await client.submit('/account', '/account/password', fields);
    expect([answer.status, answer.location]).to.deep.equal([303, '/account']);
    expect((await client.follow(answer)).alerts[0]).to.match(/^Success/);
    expect(client.cookies.get('test-sid')).to.not.equal(old);
    expect((await elsewhere.get('/reservation')).status).to.equal(303);
    expect((await logIn(client.username, PASSWORD)).status).to.equal(422);
    expect((await logIn(client.username, next)).status).to.equal(303);
  });

  it('keeps its password when the old one is wrong or the new one breaks a rule, and tells all at once', async () => {
    const client = await app.traveller();
    const fields = { current_password: 'wrong', password: '1234567', confirm_password: '7654321' };
    const answer = await client.submit('/account', '/account/password', fields);
    expect(answer.status).to.equal(422);
    expect(answer.alerts).to.deep.equal([
      'This is not your password.',
      'Field must be at least 8 characters long.',
      'Field must be equal to password.',
    ]);
    expect((await logIn(client.username, PASSWORD)).status).to.equal(303);
  });

  it('whose password is changed by several forms at once has the one that was said to hold', async () => {
    const client = await app.traveller();
    const form = hiddenFields((await client.get('/account')).text, '/account/password');
    const next = ['one giraffe at once', 'two giraffes at once', 'three giraffes at once'];
    const answers = await Promise.all(
      next.map((password) =>
        client.post('/account/password', {
          ...form,
          ...{ current_password: PASSWORD, password, confirm_password: password },
        }),
      ),
    );
    // the others are refused, or asked to log in if their session has ended before
    const changed = answers.map(({ location }) => location === '/account');
    expect(changed.filter(Boolean)).to.have.length(1);
    const logIns = await Promise.all(next.map(async (password) => (await logIn(client.username, password)).status));
    expect(logIns).to.deep.equal(changed.map((isChanged) => (isChanged ? 303 : 422)));
  });

  it('that is deleted meanwhile is not told that its password was changed', async () => {
    const client = await app.traveller();
    const form = hiddenFields((await client.get('/account')).text, '/account/password');
    await app.rows('DELETE FROM traveller WHERE username = ?', [client.username]);
    const change = { current_password: PASSWORD, password: 'a new giraffe', confirm_password: 'a new giraffe' };
    const answer = await client.post('/account/password', { ...form, ...change });
    expect([answer.status, answer.alerts]).to.deep.equal([422, ['This is not your password.']]);
  });

  it('can be logged out everywhere else', async () => {
    const client = await app.traveller();
    const { client: elsewhere } = await logIn(client.username, PASSWORD);
    const somebody = await app.traveller();
    await client.submit('/account', '/account/sessions', {});
    expect((await elsewhere.get('/reservation')).status).to.equal(303);
    expect((await client.get('/reservation')).status).to.equal(200);
    expect((await somebody.get('/reservation')).status).to.equal(200);
  });

  it('gives its traveller all that is known of them', async () => {
    const client = await app.traveller();
    await client.submit('/book', '/book', aTrip());
    const answer = await client.get('/account/data');
    expect(answer.headers.get('content-disposition')).to.include('attachment');
    const data = JSON.parse(answer.text) as {
      username: string;
      registered: string;
      trips: { destinationName: string; bookedAt: string; changedAt: string }[];
      sessions: { begun: string; lastUsed: string; ends: string }[];
      mailsOnTheirWay: unknown[];
    };
    expect(data.username).to.equal(client.username);
    const minutesAgo = (time: string) => Math.abs(Date.now() - Date.parse(time)) / 60_000;
    expect(minutesAgo(data.registered)).to.be.lessThan(5);
    expect(data.sessions.map(({ begun, ends }) => [minutesAgo(begun) < 5, minutesAgo(ends) > 60])).to.deep.equal([
      [true, true],
    ]);
    expect(data.mailsOnTheirWay).to.deep.equal([]);
    expect(data.trips.map(({ destinationName }) => destinationName)).to.deep.equal(['TRAPPIST-1 System']);
    expect(
      data.trips.every(({ bookedAt, changedAt }) => minutesAgo(bookedAt) < 5 && minutesAgo(changedAt) < 5),
    ).to.equal(true);
    expect(answer.text).to.not.include('argon2');
  });

  it('is deleted with everything, its places free again, when the password is right', async () => {
    const client = await app.traveller();
    for (const day of ['01', '03', '05']) {
      const dates = {
        departure_date: `2044-01-${day}`,
        return_date: `2044-01-${day.replace(/.$/, (last) => `${Number(last) + 1}`)}`,
      };
      await client.submit('/book', '/book', aTrip(dates));
    }
    await client.submit('/reservation', '/reservation', {});
    const wrong = await client.submit('/account', '/account/delete', { delete_password: 'wrong' });
    expect(wrong.status).to.equal(422);
    expect(wrong.alerts).to.deep.equal(['This is not your password.']);
    const answer = await client.submit('/account', '/account/delete', { delete_password: PASSWORD });
    expect([answer.status, answer.location]).to.deep.equal([303, '/home']);
    expect((await client.follow(answer)).text).to.include('name="login"');
    expect((await logIn(client.username, PASSWORD)).status).to.equal(422);
    const [row] = await app.rows(
      "SELECT (SELECT COUNT(*) FROM traveller WHERE username = ?) AS travellers, (SELECT SUM(booked) FROM departure WHERE departure_date LIKE '2044-01-%') AS booked",
      [client.username],
    );
    expect([row?.travellers, Number(row?.booked)]).to.deep.equal([0, 0]);
    expect(await mismatches(app)).to.deep.equal([]);
  });

  it('that another sending of the same form has deleted meanwhile is said to be deleted', async () => {
    const client = await app.traveller();
    const form = hiddenFields((await client.get('/account')).text, '/account/delete');
    await app.rows('DELETE FROM traveller WHERE username = ?', [client.username]);
    const answer = await client.post('/account/delete', { ...form, delete_password: PASSWORD });
    expect([answer.status, answer.location]).to.deep.equal([303, '/home']);
    const page = await client.follow(answer);
    expect(page.alerts[0]).to.match(/^Your account and all your trips have been deleted/);
    expect(page.text).to.include('name="login"');
  });

  it('that is deleted while one of its forms is on the way books nothing, politely', async () => {
    const client = await app.traveller();
    const trip = aTrip({ departure_date: '2045-01-01', return_date: '2045-01-02' });
    const form = { ...hiddenFields((await client.get('/book')).text, '/book'), ...trip };
    await app.rows('DELETE FROM traveller WHERE username = ?', [client.username]);
    const answer = await client.post('/book', form);
    expect((await client.follow(answer)).alerts).to.deep.equal(['Your account has been deleted.']);
    expect(await mismatches(app)).to.deep.equal([]);
  });

  it('and other pages are there again when the address of a form that was refused is asked for anew', async () => {
    const client = await app.traveller();
    const rows = {
      '/account': ['/account/password', '/account/sessions', '/account/delete'],
      '/reservation': ['/reservation/undo', '/waitlist/take', '/waitlist/leave'],
      '/book': ['/waitlist'],
    };
    for (const [page, addresses] of Object.entries(rows)) {
      for (const address of addresses) {
        const answer = await client.get(address);
        expect([answer.status, answer.location], address).to.deep.equal([303, page]);
      }
    }
  });

  it("is nobody else's", async () => {
    for (const path of ['/account', '/account/data']) {
      expect((await app.client().get(path)).status).to.equal(303);
    }
    const client = await app.traveller();
    for (const path of ['/account/password', '/account/sessions', '/account/delete']) {
      expect((await client.post(path, { delete_password: PASSWORD })).status, path).to.equal(403);
    }
  });
});
