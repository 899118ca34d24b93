import { hash as bcryptHash } from '@node-rs/bcrypt';
import { expect } from 'chai';
import { type Connection, createConnection } from 'mysql2/promise';
import { until } from '../../../scripts/cluster/run.ts';
import { hiddenFields, type WebClient } from './web-client.ts';
import { PASSWORD, startApp, type TestApp } from './world.ts';

const NEXT = 'another giraffe on the moon';
const CHANGE = { current_password: PASSWORD, password: NEXT, confirm_password: NEXT };

describe('An account that is changed by two requests at once', () => {
  let app: TestApp;
  before(async () => (app = await startApp()));
  after(() => app.stop());

  const transactions: Connection[] = [];
  const begin = async () => {
    const transaction = await createConnection({ uri: app.uri });
    transactions.push(transaction);
    await transaction.beginTransaction();
    return transaction;
  };
  afterEach(() => Promise.all(transactions.splice(0).map((one) => one.end())));

  const lock = (transaction: Connection, { username }: { username: string }) =>
    transaction.query('SELECT id FROM traveller WHERE username = ? FOR UPDATE', [username]);
  /** What a change of the password does. */
  const change = async (transaction: Connection, { username }: { username: string }) => {
    await transaction.query("UPDATE traveller SET password_hash = '$argon2id$another' WHERE username = ?", [username]);
    await transaction.query('DELETE FROM session WHERE traveller_id = (SELECT id FROM traveller WHERE username = ?)', [
      username,
    ]);
  };
  const sessionsOf = ({ username }: { username: string }) =>
    app.rows('SELECT data FROM session WHERE traveller_id = (SELECT id FROM traveller WHERE username = ?)', [username]);
  const logIn = (username: string, client: WebClient = app.client()) =>
    client.submit('/login', '/login', { username, password: PASSWORD });
  /** Resolves as soon as so many transactions wait for a lock, or the answer is there. */
  const untilWaiting = async (count: number, answer: Promise<unknown>) => {
    let isAnswered = false;
    const answered = () => (isAnswered = true);
    answer.then(answered, answered);
    await until('the form to wait', 10_000, async () => isAnswered || (await app.lockWaits()) >= count);
  };
  /** Resolves as soon as a statement waits for a locked table. */
  const untilReading = () =>
    until('a statement to wait', 10_000, async () =>
      (await app.rows('SHOW PROCESSLIST')).some(({ State }) => State === 'Waiting for table metadata lock'),
    );
  const tabOf = (client: WebClient) => {
    const tab = app.client();
    for (const [name, value] of client.cookies) tab.cookies.set(name, value);
    return tab;
  };

  it('lets nobody in with the old password, even if it was checked before', async () => {
    const traveller = await app.traveller();
    const transaction = await begin();
    await change(transaction, traveller);
    const client = app.client();
    const answer = logIn(traveller.username, client);
    await untilWaiting(1, answer);
    await transaction.commit();
    expect([(await answer).status, (await answer).alerts]).to.deep.equal([
      422,
      ['Username and password do not match. Please try again.'],
    ]);
    expect(await sessionsOf(traveller)).to.deep.equal([]);
    expect((await client.get('/reservation')).status).to.equal(303);
  });

  it('lets nobody in when it is deleted', async () => {
    const traveller = await app.traveller();
    const [row] = await app.rows('SELECT id FROM traveller WHERE username = ?', [traveller.username]);
    const transaction = await begin();
    await transaction.query('DELETE FROM traveller WHERE id = ?', [row?.id]);
    await transaction.query('DELETE FROM session WHERE traveller_id = ?', [row?.id]);
    const answer = logIn(traveller.username);
    await untilWaiting(1, answer);
    await transaction.commit();
    expect((await answer).status).to.equal(422);
    expect(await app.rows('SELECT 1 FROM session WHERE traveller_id = ?', [row?.id])).to.deep.equal([]);
  });

  it('keeps nobody logged in whose new password is replaced by another at once', async () => {
    const traveller = await app.traveller();
    const form = hiddenFields((await traveller.get('/account')).text, '/account/password');
    const [first, second] = [await begin(), await begin()];
    await lock(first, traveller);
    const answer = traveller.post('/account/password', { ...form, ...CHANGE });
    await untilWaiting(1, answer);
    const queued = lock(second, traveller);
    await untilWaiting(2, answer);
    await first.commit();
    await queued;
    await change(second, traveller);
    await untilWaiting(1, answer);
    await second.commit();
    expect([(await answer).status, (await answer).location]).to.deep.equal([303, '/login?next=%2Faccount']);
    expect(await sessionsOf(traveller)).to.deep.equal([]);
  });

  it('has its new name in the new session', async () => {
    const traveller = await app.traveller();
    const transaction = await begin();
    await transaction.query("UPDATE traveller SET name = 'Grace' WHERE username = ?", [traveller.username]);
    const client = app.client();
    const answer = logIn(traveller.username, client);
    await untilWaiting(1, answer);
    await transaction.commit();
    expect((await answer).status).to.equal(303);
    expect((await sessionsOf(traveller)).filter(({ data }) => String(data).includes('"Grace"'))).to.have.length(1);
  });

  it('lets all of its log-ins in where each replaces the hash of an older kind', async () => {
    const { username } = await app.traveller();
    const old = await bcryptHash(PASSWORD, 10);
    await app.rows('UPDATE traveller SET password_hash = ? WHERE username = ?', [old, username]);
    const answers = await Promise.all([logIn(username), logIn(username), logIn(username)]);
    expect(answers.map(({ status }) => status)).to.deep.equal([303, 303, 303]);
  });

  it('tells both senders of one form that its password is changed', async () => {
    const traveller = await app.traveller();
    const tabs = [tabOf(traveller), tabOf(traveller)] as const;
    const form = hiddenFields((await traveller.get('/account')).text, '/account/password');
    const transaction = await begin();
    await lock(transaction, traveller);
    const answers = Promise.all(tabs.map((tab) => tab.post('/account/password', { ...form, ...CHANGE })));
    await untilWaiting(2, answers);
    await transaction.commit();
    for (const { status, location } of await answers) expect([status, location]).to.deep.equal([303, '/account']);
    for (const tab of tabs) expect((await tab.get('/account')).alerts[0]).to.match(/^Success! Your password/);
  });

  it('asks the second sender of a form to log in when the first has changed its password just before', async () => {
    const traveller = await app.traveller();
    const form = hiddenFields((await traveller.get('/account')).text, '/account/password');
    const transaction = await begin();
    await transaction.query('LOCK TABLES traveller WRITE');
    const answer = traveller.post('/account/password', { ...form, ...CHANGE });
    await untilReading();
    await app.rows('DELETE FROM session');
    await transaction.query("UPDATE traveller SET password_hash = '$argon2id$another'");
    await transaction.query('UNLOCK TABLES');
    expect([(await answer).status, (await answer).location]).to.deep.equal([303, '/login?next=%2Faccount']);
  });
});
