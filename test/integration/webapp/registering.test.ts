import { expect } from 'chai';
import { hash as bcrypt } from '@node-rs/bcrypt';
import { until } from '../../../scripts/cluster/run.ts';
import { hiddenFields, type WebClient } from './web-client.ts';
import { PASSWORD, startApp, type TestApp } from './world.ts';

const SOMEBODY = {
  username: 'grace.hopper',
  name: 'Grace',
  email_address: 'grace@example.com',
  password: PASSWORD,
  confirm_password: PASSWORD,
};

describe('Registering', () => {
  let app: TestApp;
  before(async () => (app = await startApp()));
  after(() => app.stop());

  const register = (fields: Readonly<Record<string, string>>) => app.client().submit('/register', '/register', fields);

  it('makes a traveller and goes to the log-in with an alert beginning with Success', async () => {
    const client = app.client();
    const answer = await client.submit('/register', '/register', SOMEBODY);
    expect([answer.status, answer.location]).to.deep.equal([303, '/login']);
    const [alert] = (await client.follow(answer)).alerts;
    expect(alert).to.match(/^Success/);
    const [row] = await app.rows('SELECT password_hash FROM traveller WHERE username = ?', [SOMEBODY.username]);
    expect(row?.password_hash).to.match(/^\$argon2id\$v=19\$m=7168,t=5,p=1\$/);
  });

  it('refuses a name or address that is taken, whatever its case, and tells both at once', async () => {
    const answer = await register({ ...SOMEBODY, username: 'GRACE.Hopper', email_address: 'Grace@EXAMPLE.com' });
    expect(answer.status).to.equal(422);
    expect(answer.alerts).to.have.length(2);
    expect(answer.alerts[0]).to.match(/^Username already exists/);
    expect(answer.alerts[1]).to.match(/^Email already in use\./);
  });

  it('shows every mistake of one submission, at its field and together at the top, and keeps what was typed', async () => {
    const answer = await register({ username: 'short', email_address: 'no address', password: '12345' });
    expect(answer.status).to.equal(422);
    expect(answer.alerts).to.deep.equal([
      'Field must be between 8 and 30 characters long.',
      'Field must be between 1 and 60 characters long.',
      'Invalid email address.',
      'Field must be at least 6 characters long.',
      'Field must be equal to password.',
    ]);
    for (const field of ['username', 'name', 'email_address', 'password', 'confirm_password']) {
      expect(answer.text).to.match(new RegExp(`id="${field}"[^>]* aria-describedby="[^"]*${field}_error"`));
      expect(answer.text).to.include(`id="${field}_error"`);
    }
    expect(answer.text).to.include('value="no address"').and.not.include('12345');
    expect(answer.text).to.include('<title>Error: ');
  });

  it('refuses passwords of 6 and 7 characters, of more than 128, and common ones', async () => {
    const alertsFor = async (password: string) =>
      (await register({ ...SOMEBODY, username: 'another one', password, confirm_password: password })).alerts.at(-1);
    expect(await alertsFor('1234567')).to.equal('Field must be at least 8 characters long.');
    expect(await alertsFor('x'.repeat(129))).to.equal('Field cannot be longer than 128 characters.');
    expect(await alertsFor('Password1')).to.match(/most common/);
  });

  it('registers one of eight who send the same name at the same time, and none gets an error page', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        register({ ...SOMEBODY, username: 'only-one-of-us', email_address: `one${index}@example.com` }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([303, ...Array<number>(7).fill(422)]);
  });

  it('says the same to a form that is sent again, at once or later, and makes one account', async () => {
    const [client, fields] = [
      app.client(),
      { ...SOMEBODY, username: 'double-click', email_address: 'twice@example.com' },
    ];
    const form = { ...hiddenFields((await client.get('/register')).text, '/register'), ...fields };
    const answers = await Promise.all([1, 2, 3].map(() => client.post('/register', form)));
    answers.push(await client.post('/register', form));
    expect(answers.map(({ status }) => status)).to.deep.equal([303, 303, 303, 303]);
    expect(await app.rows("SELECT COUNT(*) AS n FROM traveller WHERE username = 'double-click'")).to.deep.equal([
      { n: 1 },
    ]);
    expect((await client.submit('/register', '/register', fields)).status, 'another form').to.equal(422);
    const changes = [
      { password: 'another giraffe', confirm_password: 'another giraffe' },
      { name: 'Another' },
      { username: 'Double-Click' },
    ];
    for (const change of changes) expect((await client.post('/register', { ...form, ...change })).status).to.equal(422);
  });

  it('does not tell by a form that is sent again whether a password is right, more often than a log-in does', async () => {
    const strict = await startApp({ env: { LIMIT_LOG_IN: '2/1h' } });
    try {
      const client = strict.client();
      const form = { ...hiddenFields((await client.get('/register')).text, '/register'), ...SOMEBODY };
      expect((await client.post('/register', form)).status).to.equal(303);
      for (const password of ['wrong giraffe 1', 'wrong giraffe 2']) {
        await client.post('/register', { ...form, password, confirm_password: password });
      }
      expect((await client.post('/register', form)).status, 'as a log-in').to.equal(422);
    } finally {
      await strict.stop();
    }
  });

  it('takes a name with characters from outside the basic plane, quotes and markup as they are', async () => {
    const username = `'"><b>🚀🚀`;
    const client = app.client();
    const answer = await client.submit('/register', '/register', {
      ...SOMEBODY,
      username,
      email_address: 'q@example.com',
    });
    expect(answer.status).to.equal(303);
    const home = await client.follow(await client.submit('/login', '/login', { username, password: PASSWORD }));
    expect(home.text).to.include('&lt;b&gt;🚀🚀').and.not.include('<b>');
  });
});

describe('Forms from before somebody logged in or out elsewhere', () => {
  let app: TestApp;
  before(async () => (app = await startApp()));
  after(() => app.stop());

  const opened = async (client: WebClient, path: string) => hiddenFields((await client.get(path)).text, path);

  it('log in once more, and lead to where each of them was going', async () => {
    const { username } = await app.traveller();
    const client = app.client();
    const [first, second] = [await client.get('/login?next=%2Fbook'), await client.get('/login?next=%2Freservation')];
    const other = await opened(client, '/register');
    for (const [page, place] of [
      [first, '/book'],
      [second, '/reservation'],
      [second, '/reservation'],
    ] as const) {
      const answer = await client.post('/login', {
        ...hiddenFields(page.text, '/login'),
        username,
        password: PASSWORD,
      });
      expect([answer.status, answer.location]).to.deep.equal([303, place]);
    }
    expect((await client.post('/register', { ...other, username: 'x' })).status).to.equal(422);
    expect((await client.get('/reservation')).text).to.include(`${username}<`);
  });

  it('count when the traveller whose page they stood on has logged out', async () => {
    const client = await app.traveller();
    const form = { ...(await opened(client, '/login')), username: client.username, password: PASSWORD };
    await client.submit('/home', '/logout', {});
    expect((await client.post('/login', form)).status).to.equal(303);
  });

  it('of a visitor are no form of a traveller', async () => {
    const client = await app.traveller();
    const { _csrf = '' } = await opened(client, '/login');
    expect((await client.post('/account/sessions', { _csrf })).status).to.equal(403);
  });

  it('tell a browser that keeps no cookies that it needs one', async () => {
    for (const path of ['/login', '/register']) {
      const form = await opened(app.client(), path);
      const answer = await app.client().post(path, { ...form, username: 'somebody' });
      expect([answer.status, answer.text.split('<main')[1]?.includes('Allow cookies')]).to.deep.equal([403, true]);
    }
  });
});

describe('Logging in and out', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp({ env: { DEMO_TRAVELLER: 'true' } });
    const made = async () => (await app.rows('SELECT 1 FROM traveller')).length > 0;
    await until('the demo traveller', 10_000, made);
  });
  after(() => app.stop());

  it('goes home with an alert, under a new session whose id is not in the database', async () => {
    const client = app.client();
    const answer = await client.submit('/login', '/login', { username: 'test1234', password: 'asdasd' });
    expect([answer.status, answer.location]).to.deep.equal([303, '/home']);
    const cookie = answer.headers.getSetCookie().find((header) => header.startsWith('test-sid='));
    expect(cookie)
      .to.match(/; HttpOnly/)
      .and.match(/SameSite=Lax/);
    const page = await client.follow(answer);
    expect(page.alerts).to.deep.equal(['Success! You are logged in as test1234.']);
    const [sid = ''] = decodeURIComponent(client.cookies.get('test-sid') ?? '')
      .slice('s:'.length)
      .split('.');
    const [row] = await app.rows('SELECT COUNT(*) AS n, SUM(id_hash = UNHEX(SHA2(?, 256))) AS found FROM session', [
      sid,
    ]);
    expect(row).to.deep.equal({ n: 1, found: '1' });
  });

  it('accepts the username in any case and shows an alert once', async () => {
    const client = app.client();
    await client.follow(await client.submit('/login', '/login', { username: 'TEST1234', password: 'asdasd' }));
    expect((await client.get('/home')).alerts).to.deep.equal([]);
    expect((await client.get('/home')).text).to.include('name="logout"');
  });

  it('answers a wrong password and an unknown name alike', async () => {
    const wrong = await app.client().submit('/login', '/login', { username: 'test1234', password: 'wrong password' });
    const unknown = await app.client().submit('/login', '/login', { username: 'nobody-at-all', password: 'asdasd' });
    expect([wrong.status, unknown.status]).to.deep.equal([422, 422]);
    expect(wrong.alerts).to.deep.equal(unknown.alerts).and.to.have.length(1);
  });

  it('asks for what is missing', async () => {
    const answer = await app.client().submit('/login', '/login', {});
    expect(answer.alerts).to.deep.equal(['This field is required.', 'This field is required.']);
  });

  it('goes where the traveller was going, and nowhere else', async () => {
    const client = app.client();
    const refused = await client.get('/reservation?a=b');
    expect(refused.location).to.equal('/login?next=%2Freservation%3Fa%3Db');
    const answer = await client.submit(refused.location ?? '', '/login', { username: 'test1234', password: 'asdasd' });
    expect(answer.location).to.equal('/reservation?a=b');
    for (const next of ['//evil.example', 'https://evil.example/book', '/\\evil.example', '/book/../../x', '/logout']) {
      const elsewhere = await app
        .client()
        .submit('/login', '/login', { username: 'test1234', password: 'asdasd', next });
      expect(elsewhere.location).to.equal('/home');
    }
  });

  it('logs out by POST only, after which the old cookie is worth nothing', async () => {
    const client = app.client();
    await client.submit('/login', '/login', { username: 'test1234', password: 'asdasd' });
    const old = client.cookies.get('test-sid') ?? '';
    const page = await client.get('/logout');
    expect(page.status).to.equal(200);
    expect((await client.get('/reservation')).status).to.equal(200);
    const answer = await client.submit('/logout', '/logout', {});
    expect([answer.status, answer.location]).to.deep.equal([303, '/home']);
    client.cookies.set('test-sid', old);
    expect((await client.get('/reservation')).status).to.equal(303);
  });

  it('accepts a bcrypt hash of the old application once and replaces it', async () => {
    const password = 'brought along';
    await app.rows(
      "INSERT INTO traveller (username, username_key, name, email_address, email_key, password_hash) VALUES ('oldtimer', 'oldtimer', 'Old', 'o@example.com', 'o@example.com', ?)",
      [await bcrypt(password, 4)],
    );
    const wrong = await app.client().submit('/login', '/login', { username: 'oldtimer', password: 'brought alonf' });
    expect(wrong.status).to.equal(422);
    for (const attempt of [1, 2]) {
      const answer = await app.client().submit('/login', '/login', { username: 'oldtimer', password });
      expect(answer.location, `attempt ${attempt}`).to.equal('/home');
      const [row] = await app.rows("SELECT password_hash FROM traveller WHERE username = 'oldtimer'");
      expect(row?.password_hash).to.match(/^\$argon2id\$/);
    }
  });

  it('makes the demo traveller only where the setting asks for it', async () => {
    const other = await startApp();
    try {
      const answer = await other.client().submit('/login', '/login', { username: 'test1234', password: 'asdasd' });
      expect(answer.status).to.equal(422);
    } finally {
      await other.stop();
    }
  });
});
