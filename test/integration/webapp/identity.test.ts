import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { until } from '../../../scripts/cluster/run.ts';
import { type Smtp, startSmtp } from '../../support/smtp.ts';
import { mailing, migratedDatabase, PASSWORD, startApp, type TestApp } from './world.ts';

describe('One person, spelled in several ways', () => {
  let smtp: Smtp;
  let app: TestApp;
  before(async () => {
    smtp = await startSmtp();
    app = await startApp({ env: mailing(smtp, { LIMIT_REGISTRATION: 'off' }) });
  });
  after(async () => {
    await app.stop();
    await smtp.stop();
  });

  let count = 0;
  const register = (fields: { readonly username?: string; readonly email_address?: string }, to = app) =>
    to.client().submit('/register', '/register', {
      username: `somebody-${++count}`,
      name: 'Ada',
      email_address: `somebody-${count}@example.com`,
      password: PASSWORD,
      confirm_password: PASSWORD,
      ...fields,
    });
  const logIn = async (username: string, to = app) =>
    (await to.client().submit('/login', '/login', { username, password: PASSWORD })).alerts[0] ?? 'in';

  it('has one account for a mailbox, whichever browser writes its domain', async () => {
    for (const [first, second] of [
      ['ada@xn--bcher-kva.example', 'Ada@BÜCHER.example'],
      ['ada@пример.рф', 'ada@xn--e1afmkfd.xn--p1ai'],
    ] as const) {
      expect((await register({ email_address: first })).status).to.equal(303);
      const refused = await register({ email_address: second });
      expect(refused.alerts).to.deep.equal(['Email already in use. Please use a different email address.']);
    }
  });

  it('has one account for a username, whatever its letters look like, and logs in with any of them', async () => {
    expect((await register({ username: 'Ada Lovelace' })).status).to.equal(303);
    const refused = await register({ username: 'ＡＤＡ\u3000ｌｏｖｅｌａｃｅ' });
    expect(refused.alerts).to.deep.equal(['Username already exists. Please try a different username.']);
    expect(await logIn('𝓪𝓭𝓪 lovelace')).to.equal('in');
    expect(await logIn('ada lovelacy')).to.match(/do not match/);
  });

  it('gets a link for a forgotten password, whichever browser writes the domain', async () => {
    await register({ email_address: 'zoe@bücher.example' });
    const asked = { email_address: 'zoe@xn--bcher-kva.example' };
    await app.client().submit('/forgotten-password', '/forgotten-password', asked);
    await until('the mail', 20_000, () => Promise.resolve(smtp.mails.some(({ to }) => to.join().startsWith('zoe@'))));
  });

  it('is one of several who register at the same time', async () => {
    const usernames = ['grossmann', 'GROSSMANN', 'großmann', 'ｇｒｏｓｓｍａｎｎ'];
    const answers = await Promise.all(usernames.map((username) => register({ username })));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([303, 422, 422, 422]);
  });

  describe('with an account of the release before', () => {
    /** As that release writes them: lower case, and no identity. */
    const add = (to: Pick<TestApp, 'rows'>, username: string, emailAddress: string, hash: unknown) =>
      to.rows(
        'INSERT INTO traveller (username, username_key, name, email_address, email_key, password_hash) VALUES (?, ?, ?, ?, ?, ?)',
        [username, username.toLowerCase(), 'Old', emailAddress, emailAddress.toLowerCase(), hash],
      );
    const withoutIdentity = (to: Pick<TestApp, 'rows'>) =>
      to.rows('SELECT username FROM traveller WHERE username_identity IS NULL OR email_identity IS NULL');
    let hash: unknown;
    before(async () => {
      await register({ username: 'for-its-hash' });
      const [row] = await app.rows("SELECT password_hash FROM traveller WHERE username = 'for-its-hash'");
      hash = row?.password_hash;
    });

    it('is let in and known at once, as while that release still runs', async () => {
      await add(app, 'Straßenbahn', 'old@straße.example', hash);
      expect(await logIn('STRAßenbahn')).to.equal('in');
      const refused = await register({ username: 'straßenbahn', email_address: 'OLD@straße.example' });
      expect(refused.alerts).to.have.length(2);
    });

    it('is known by every spelling once the accounts were gone through', async () => {
      const uri = await migratedDatabase();
      const first = await startApp({ uri, env: { LIMIT_REGISTRATION: 'off' } });
      await add(first, 'Weißensee', 'old@bücher.example', hash);
      await first.stop();
      const second = await startApp({ uri, env: { LIMIT_REGISTRATION: 'off' } });
      try {
        await until('the identities', 10_000, async () => (await withoutIdentity(second)).length === 0);
        const [row] = await second.rows('SELECT username_identity FROM traveller');
        expect(row?.username_identity).to.deep.equal(createHash('sha256').update('weissensee').digest());
        expect(await logIn('WEISSENSEE', second)).to.equal('in');
        const refused = await register({ email_address: 'old@xn--bcher-kva.example' }, second);
        expect(refused.alerts).to.have.length(1);
      } finally {
        await second.stop();
      }
    });

    it('keeps it where two were made that are one now, and each logs in as before', async () => {
      const uri = await migratedDatabase();
      const first = await startApp({ uri });
      await add(first, 'floßfahrt', 'two@bücher.example', hash);
      await add(first, 'flossfahrt', 'two@xn--bcher-kva.example', hash);
      await first.stop();
      const second = await startApp({ uri });
      try {
        await until('the identities', 10_000, async () => (await withoutIdentity(second)).length === 1);
        for (const username of ['floßfahrt', 'flossfahrt']) {
          const client = second.client();
          await client.submit('/login', '/login', { username, password: PASSWORD });
          expect(JSON.parse((await client.get('/account/data')).text)).to.include({ username });
        }
      } finally {
        await second.stop();
      }
    });
  });
});
