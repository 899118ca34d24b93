import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { createConnection } from 'mysql2/promise';
import { until } from '../../../scripts/cluster/run.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { type Smtp, startSmtp } from '../../support/smtp.ts';
import { type Answer, hiddenFields, type WebClient } from './web-client.ts';
import { mailing, PASSWORD, startApp, type TestApp } from './world.ts';

const NEW_PASSWORD = 'a walrus on the sun';

describe('A forgotten password', () => {
  let time = new Date();
  const clock = { now: () => time };
  let smtp: Smtp;
  let app: TestApp;
  const log = recordingLogger();
  before(async () => {
    smtp = await startSmtp();
    const limits = {
      LIMIT_PASSWORD_RESET: '3/1h',
      LIMIT_PASSWORD_RESET_ADDRESS: '6/1h',
      TRUST_PROXY: 'loopback',
    };
    app = await startApp({ env: mailing(smtp, limits), clock, logger: log.logger });
  });
  after(async () => {
    await app.stop();
    await smtp.stop();
  });
  beforeEach(() => app.rows('DELETE FROM throttle'));

  let hosts = 0;
  const newHost = () => `198.51.100.${++hosts}`;
  const askFor = async (emailAddress: string, host = newHost(), client = app.client()): Promise<Answer> => {
    const form = hiddenFields((await client.get('/forgotten-password')).text, '/forgotten-password');
    const fields = { ...form, email_address: emailAddress };
    return client.post('/forgotten-password', fields, { 'x-forwarded-for': host });
  };
  const addressOf = ({ username }: { username: string }) => `${username}@example.com`;
  const mailsTo = (address: string) => smtp.mails.filter(({ to }) => to.includes(address));
  /** The path of the link in the newest of so many mails. */
  const linkTo = async (address: string, count = 1): Promise<string> => {
    await until(`mail ${count}`, 20_000, () => Promise.resolve(mailsTo(address).length >= count));
    const text = mailsTo(address).at(-1)?.parsed.text ?? '';
    return /https:\/\/stars\.example(\/reset-password\?token=[\w-]{43})\s/.exec(text)?.[1] ?? '';
  };
  const open = async (link: string, client: WebClient = app.client()) => {
    const answer = await client.get(link);
    return { client, page: answer.status === 303 ? await client.follow(answer) : answer };
  };
  const choose = (client: WebClient, password: string, confirmed = password) =>
    client.submit('/reset-password', '/reset-password', { password, confirm_password: confirmed });
  const logIn = async (username: string, password: string) =>
    (await app.client().submit('/login', '/login', { username, password })).status;

  it('is replaced by a link that is sent to the address of the account, which ends all sessions and tells by mail', async () => {
    const traveller = await app.traveller();
    expect((await app.client().get('/login')).text).to.include('href="/forgotten-password"');
    const asked = await askFor(addressOf(traveller).toUpperCase());
    expect([asked.status, asked.location]).to.deep.equal([303, '/login']);
    const link = await linkTo(addressOf(traveller));
    expect(mailsTo(addressOf(traveller))[0]?.parsed.text).to.include(traveller.username);
    const { client, page } = await open(link);
    expect([page.status, page.text.includes('action="/reset-password"')]).to.deep.equal([200, true]);
    expect(page.text, 'for a password manager').to.match(/value="[^"]+" autocomplete="username"/);
    const chosen = await choose(client, NEW_PASSWORD);
    expect([chosen.status, chosen.location]).to.deep.equal([303, '/login']);
    expect((await client.follow(chosen)).alerts[0]).to.match(/^Success/);
    expect((await traveller.get('/reservation')).status).to.equal(303);
    expect([await logIn(traveller.username, PASSWORD), await logIn(traveller.username, NEW_PASSWORD)]).to.deep.equal([
      422, 303,
    ]);
    await until('the second mail', 20_000, () => Promise.resolve(mailsTo(addressOf(traveller)).length === 2));
    expect(mailsTo(addressOf(traveller))[1]?.parsed.subject).to.equal('Your password has been changed');
  });

  it('is not replaced by looking at the link, however often', async () => {
    const traveller = await app.traveller();
    await askFor(addressOf(traveller));
    const link = await linkTo(addressOf(traveller));
    for (let times = 0; times < 3; times++) expect((await open(link)).page.status).to.equal(200);
    expect(await logIn(traveller.username, PASSWORD)).to.equal(303);
    expect((await choose((await open(link)).client, NEW_PASSWORD)).status).to.equal(303);
  });

  it('is replaced once by a link, and ends the other links too', async () => {
    const traveller = await app.traveller();
    await askFor(addressOf(traveller));
    const first = await linkTo(addressOf(traveller));
    await askFor(addressOf(traveller));
    const second = await linkTo(addressOf(traveller), 2);
    const clients = await Promise.all([first, first, second].map((link) => open(link)));
    const forms = clients.map(({ page }) => hiddenFields(page.text, '/reset-password'));
    const answers = await Promise.all(
      clients.map(({ client }, index) => {
        const fields = { password: `${NEW_PASSWORD} ${index}`, confirm_password: `${NEW_PASSWORD} ${index}` };
        return client.post('/reset-password', { ...forms[index], ...fields });
      }),
    );
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([303, 410, 410]);
    const won = answers.findIndex(({ status }) => status === 303);
    expect(await logIn(traveller.username, `${NEW_PASSWORD} ${won}`)).to.equal(303);
    for (const link of [first, second]) expect((await open(link)).page.status).to.equal(410);
    expect(await app.rows('SELECT * FROM password_reset WHERE traveller_id <> 0')).to.deep.equal([]);
  });

  it('is replaced once by a form that is sent twice, and both senders are told so', async () => {
    const traveller = await app.traveller();
    await askFor(addressOf(traveller));
    const { client, page } = await open(await linkTo(addressOf(traveller)));
    const fields = { password: NEW_PASSWORD, confirm_password: NEW_PASSWORD };
    const form = { ...hiddenFields(page.text, '/reset-password'), ...fields };
    const transaction = await createConnection({ uri: app.uri });
    try {
      await transaction.beginTransaction();
      await transaction.query('SELECT id FROM traveller WHERE username = ? FOR UPDATE', [traveller.username]);
      const answers = Promise.all([client.post('/reset-password', form), client.post('/reset-password', form)]);
      await until('both to wait', 20_000, async () => (await app.lockWaits()) >= 2);
      await transaction.commit();
      expect((await answers).map(({ status, location }) => `${status} ${location}`)).to.deep.equal(
        Array(2).fill('303 /login'),
      );
    } finally {
      await transaction.end();
    }
    expect(await logIn(traveller.username, NEW_PASSWORD)).to.equal(303);
    const afterwards = await client.post('/reset-password', form);
    expect([afterwards.status, afterwards.location], 'sent before, but read after it').to.deep.equal([303, '/login']);
    await until('the mail', 20_000, () => Promise.resolve(mailsTo(addressOf(traveller)).length >= 2));
    expect(mailsTo(addressOf(traveller))).to.have.length(2);
  });

  it('is guessed by a used link no more often than by the log-in', async () => {
    const traveller = await app.traveller();
    await askFor(addressOf(traveller));
    const { client, page } = await open(await linkTo(addressOf(traveller)));
    const form = hiddenFields(page.text, '/reset-password');
    const guess = async (password: string) =>
      (await client.post('/reset-password', { ...form, password, confirm_password: password })).status;
    const [token, statuses] = [client.cookies.get('test-reset') ?? '', [await guess(NEW_PASSWORD)]];
    client.cookies.set('test-reset', token);
    for (let times = 0; times < 10; times++) statuses.push(await guess(`a guess ${times}`));
    expect(statuses).to.deep.equal([303, ...Array<number>(10).fill(410)]);
    expect([await guess(NEW_PASSWORD), await logIn(traveller.username, NEW_PASSWORD)]).to.deep.equal([410, 429]);
  });

  it('is not replaced by a link that is too old, altered, or of nobody', async () => {
    const traveller = await app.traveller();
    await askFor(addressOf(traveller));
    const link = await linkTo(addressOf(traveller));
    const altered = link
      .replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
      .replace(/=(.)/, (_all, one) => `=${one === 'x' ? 'y' : 'x'}`);
    const { client } = await open(link);
    for (const wrong of [
      altered,
      `${link}x`,
      '/reset-password?token=',
      '/reset-password?token=%00',
      `${link}&token=x`,
    ]) {
      const { page } = await open(wrong);
      expect(page.text.includes('action="/reset-password"'), wrong).to.equal(false);
    }
    const form = hiddenFields((await client.get('/reset-password')).text, '/reset-password');
    time = new Date(time.getTime() + 61 * 60_000);
    const fields = { ...form, password: NEW_PASSWORD, confirm_password: NEW_PASSWORD };
    expect((await client.post('/reset-password', fields)).status).to.equal(410);
    const present = { ...form, password: PASSWORD, confirm_password: PASSWORD };
    const twice = await Promise.all([client.post('/reset-password', present), client.post('/reset-password', present)]);
    expect(twice.map(({ status }) => status), 'with the password that is in force').to.deep.equal([410, 410]); // prettier-ignore
    expect((await open(link)).page.status).to.equal(410);
    expect(await logIn(traveller.username, PASSWORD)).to.equal(303);
  });

  it('lets somebody in whom the guesses of others have locked out', async () => {
    const [traveller, guesser] = [await app.traveller(), app.client()];
    for (let guess = 0; guess < 25; guess++) {
      const form = hiddenFields((await guesser.get('/login')).text, '/login');
      const fields = { ...form, username: traveller.username, password: 'a guess' };
      await guesser.post('/login', fields, { 'x-forwarded-for': newHost() });
    }
    expect(await logIn(traveller.username, PASSWORD)).to.equal(429);
    await askFor(addressOf(traveller));
    const { client } = await open(await linkTo(addressOf(traveller)));
    await choose(client, NEW_PASSWORD);
    expect(await logIn(traveller.username, NEW_PASSWORD)).to.equal(303);
  });

  it('lets somebody in who has tried wrong ones too often, on a new device and on a known one', async () => {
    const traveller = await app.traveller();
    const statuses: number[] = [];
    await traveller.submit('/home', '/logout', {});
    for (const [device, mails] of [
      [app.client(), 1],
      [traveller, 3],
    ] as const) {
      const tryOut = async (password: string) =>
        (await device.submit('/login', '/login', { username: traveller.username, password })).status;
      for (let times = 0; times < 10; times++) await tryOut('a wrong one');
      statuses.push(await tryOut(PASSWORD));
      await askFor(addressOf(traveller));
      await open(await linkTo(addressOf(traveller), mails), device);
      statuses.push((await choose(device, NEW_PASSWORD)).status, await tryOut(NEW_PASSWORD));
    }
    expect(statuses).to.deep.equal([429, 303, 303, 429, 303, 303]);
  });

  it('keeps its link when the new one breaks a rule, and tells all at once', async () => {
    const traveller = await app.traveller();
    await askFor(addressOf(traveller));
    const { client } = await open(await linkTo(addressOf(traveller)));
    const refused = await choose(client, '1234567', '7654321');
    expect(refused.status).to.equal(422);
    expect(refused.alerts).to.deep.equal([
      'Field must be at least 8 characters long.',
      'Field must be equal to password.',
    ]);
    expect((await choose(client, NEW_PASSWORD)).status).to.equal(303);
  });

  it('is answered alike whether or not somebody has the address, and the same is written', async () => {
    const traveller = await app.traveller();
    const written = async (emailAddress: string) => {
      const rowsOf = (table: string) => app.rows(`SELECT COUNT(*) AS count FROM ${table}`);
      const [before] = await rowsOf('password_reset');
      const client = app.client();
      const answer = await askFor(emailAddress, newHost(), client);
      const [after] = await rowsOf('password_reset');
      const { text, alerts } = await client.follow(answer);
      const page = text.replaceAll(/name="_csrf" value="[^"]+"/g, '');
      return { status: answer.status, page, alerts, rows: Number(after?.count) - Number(before?.count) };
    };
    const known = await written(addressOf(traveller));
    expect(known).to.deep.equal(await written('nobody-at-all@example.com'));
    expect(known.rows).to.equal(1);
    await linkTo(addressOf(traveller));
    expect(smtp.mails.some(({ to }) => to.includes('nobody-at-all@example.com'))).to.equal(false);
  });

  it('is asked for only so often by one client and for one address, known or not', async () => {
    const traveller = await app.traveller();
    for (const address of [addressOf(traveller), 'nobody@example.com']) {
      const statuses: number[] = [];
      for (let times = 0; times < 4; times++) statuses.push((await askFor(address)).status);
      expect(statuses).to.deep.equal([303, 303, 303, 429]);
    }
    const host = newHost();
    const statuses: number[] = [];
    for (let times = 0; times < 7; times++) statuses.push((await askFor(`n${times}@example.com`, host)).status);
    expect(statuses).to.deep.equal([303, 303, 303, 303, 303, 303, 429]);
  });

  it('needs an address that is one', async () => {
    const refused = await askFor('no address');
    expect([refused.status, refused.alerts]).to.deep.equal([422, ['Invalid email address.']]);
  });

  it('has a link whose secret is in no page, no log, no referrer and no row', async () => {
    const traveller = await app.traveller();
    await askFor(addressOf(traveller));
    const link = await linkTo(addressOf(traveller));
    const token = link.split('=')[1] ?? '';
    const answer = await app.client().get(link);
    expect([answer.status, answer.location]).to.deep.equal([303, '/reset-password']);
    expect(answer.headers.get('referrer-policy')).to.equal('no-referrer');
    expect(answer.headers.get('cache-control')).to.equal('no-store');
    expect(answer.headers.get('set-cookie')).to.match(/^test-reset=.*; HttpOnly; SameSite=Lax$/);
    const { client, page } = await open(link);
    expect(page.text).to.not.include(token);
    await choose(client, 'short');
    const rows = await app.rows('SELECT token_hash FROM password_reset WHERE traveller_id <> 0');
    expect(rows.map(({ token_hash: hash }) => (hash as Buffer).toString('hex'))).to.include(
      createHash('sha256').update(token).digest('hex'),
    );
    const dump = JSON.stringify(await app.rows('SELECT * FROM mail')) + JSON.stringify(rows);
    expect(dump + log.text()).to.not.include(token);
    expect(log.text()).to.include('/reset-password');
  });

  it('leads to where PUBLIC_URL says, whatever host the request names', async () => {
    const traveller = await app.traveller();
    const client = app.client();
    const form = hiddenFields((await client.get('/forgotten-password')).text, '/forgotten-password');
    const fields = { ...form, email_address: addressOf(traveller) };
    const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-for': newHost() };
    expect((await client.post('/forgotten-password', fields, headers)).status).to.equal(303);
    expect(await linkTo(addressOf(traveller))).to.not.equal('');
    expect(mailsTo(addressOf(traveller))[0]?.raw).to.not.include('evil');
  });

  it('and all that was asked for goes with the account', async () => {
    const traveller = await app.traveller();
    smtp.answer = { DATA: { code: 451, text: 'later' } };
    try {
      await askFor(addressOf(traveller));
      const [row] = await app.rows('SELECT id FROM traveller WHERE username = ?', [traveller.username]);
      await traveller.submit('/account', '/account/delete', { delete_password: PASSWORD });
      for (const table of ['mail', 'password_reset', 'session']) {
        const left = await app.rows(`SELECT 1 FROM ${table} WHERE traveller_id = ?`, [row?.id]);
        expect(left, table).to.deep.equal([]);
      }
    } finally {
      smtp.answer = {};
    }
  });
});

describe('A forgotten password where no mail is sent', () => {
  it('has a page that says what to do instead, and no form', async () => {
    const app = await startApp();
    try {
      expect((await app.client().get('/login')).text).to.not.include('/forgotten-password');
      const { status, text } = await app.client().get('/forgotten-password');
      expect(status).to.equal(200);
      expect(text).to.include('We send no e-mail').and.not.include('<form');
    } finally {
      await app.stop();
    }
  });
});
