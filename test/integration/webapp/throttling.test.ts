import { expect } from 'chai';
import { readConfig } from '../../../webapp/config.ts';
import { createDatabase } from '../../../webapp/database/connection.ts';
import { createSigner } from '../../../webapp/signer.ts';
import { createMemoryStore } from '../../../webapp/throttling/memory-store.ts';
import { createThrottle, TooMany } from '../../../webapp/throttling/throttle.ts';
import { createThrottleStore } from '../../../webapp/throttling/throttle-store.ts';
import { ThrottleWindow } from '../../../webapp/throttling/throttle-window.ts';
import { until } from '../../../scripts/cluster/run.ts';
import { startMysql } from '../../support/mysql.ts';
import { type Answer, hiddenFields, type WebClient } from './web-client.ts';
import { migratedDatabase, PASSWORD, quiet, startApp, type TestApp } from './world.ts';

const WRONG = 'not the giraffe';

async function submitFrom(
  address: string,
  client: WebClient,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<Answer> {
  const form = hiddenFields((await client.get(path)).text, path);
  return client.post(path, { ...form, ...fields }, { 'x-forwarded-for': address });
}

describe('Throttling', () => {
  const env = {
    TRUST_PROXY: 'loopback',
    LIMIT_LOG_IN: '3/1h',
    LIMIT_LOG_IN_ACCOUNT: '5/1h',
    LIMIT_LOG_IN_ADDRESS: '7/1d',
    LIMIT_PASSWORD_CHECK: '2/30m',
    LIMIT_REGISTRATION: '2/1h',
  };
  let time = new Date();
  const clock = { now: () => time };
  let one: TestApp;
  let other: TestApp;
  before(async () => {
    one = await startApp({ env, clock });
    other = await startApp({ env, clock, uri: one.uri });
  });
  after(async () => {
    await one.stop();
    await other.stop();
  });
  beforeEach(() => one.rows('DELETE FROM throttle'));

  let hosts = 0;
  const newAddress = () => `198.51.100.${++hosts}`;
  const logIn = (app: TestApp, username: string, password: string, address: string) =>
    submitFrom(address, app.client(), '/login', { username, password });
  /** The same browser at another pod. */
  const moved = (client: WebClient, app: TestApp) => {
    const there = app.client();
    for (const [name, value] of client.cookies) there.cookies.set(name, value);
    return there;
  };
  const statuses = async (attempts: readonly (() => Promise<Answer>)[]) => {
    const all: number[] = [];
    for (const attempt of attempts) all.push((await attempt()).status);
    return all;
  };
  const times = (count: number, attempt: () => Promise<Answer>) => Array<() => Promise<Answer>>(count).fill(attempt);
  let travellers = 0;
  const registration = () => {
    const username = `throttled-${++travellers}`;
    const names = { username, name: 'Ada', email_address: `${username}@example.com` };
    return { ...names, password: PASSWORD, confirm_password: PASSWORD };
  };
  const register = async (address = newAddress()) => {
    const fields = registration();
    expect((await submitFrom(address, one.client(), '/register', fields)).status).to.equal(303);
    return fields.username;
  };

  it('of log-ins counts the failures that all pods saw, and shows the form with when to try again', async () => {
    const username = await register();
    const address = newAddress();
    const seen = await statuses([one, other, one].map((app) => () => logIn(app, username, WRONG, address)));
    expect(seen).to.deep.equal([422, 422, 422]);
    for (const app of [one, other]) {
      const refused = await logIn(app, username.toUpperCase(), PASSWORD, address);
      expect(refused.status).to.equal(429);
      expect(refused.headers.get('retry-after')).to.equal('3600');
      expect(refused.alerts).to.deep.equal(['Too many attempts. Please try again in 60 minutes.']);
      expect(refused.text).to.include(`value="${username.toUpperCase()}"`).and.include('action="/login"');
      expect(refused.text).to.not.include(PASSWORD);
    }
    expect((await logIn(one, username, PASSWORD, newAddress())).status).to.equal(303);
    time = new Date(time.getTime() + 3_600_000);
    expect((await logIn(other, username, PASSWORD, address)).status).to.equal(303);
  });

  it('answers known and unknown names alike', async () => {
    const username = await register();
    const answersFor = async (name: string) => {
      const address = newAddress();
      const answers: unknown[] = [];
      for (let attempt = 0; attempt < 5; attempt++) {
        const { status, alerts, headers } = await logIn(one, name, WRONG, address);
        answers.push([status, alerts, headers.get('retry-after')]);
      }
      return answers;
    };
    expect(await answersFor(username)).to.deep.equal(await answersFor('nobody-at-all'));
  });

  it('begins anew after a log-in that succeeded', async () => {
    const username = await register();
    const address = newAddress();
    const wrong = () => logIn(one, username, WRONG, address);
    const right = () => logIn(other, username, PASSWORD, address);
    expect(await statuses([wrong, wrong, right, wrong, wrong, right])).to.deep.equal([422, 422, 303, 422, 422, 303]);
  });

  it('lets no more through when many are sent to all pods at once', async () => {
    const username = await register();
    const address = newAddress();
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, index) => logIn(index % 2 === 0 ? one : other, username, WRONG, address)),
    );
    const expected = [...Array<number>(3).fill(422), ...Array<number>(21).fill(429)];
    expect(answers.map(({ status }) => status).sort()).to.deep.equal(expected);
  });

  it('locks nobody out, whoever guesses, of a device on which they have logged in before', async () => {
    const [username, neighbour] = [await register(), await register()];
    const device = one.client();
    const on = (client: WebClient, name: string, password: string, app = one) =>
      submitFrom(newAddress(), app === one ? client : moved(client, app), '/login', { username: name, password });
    expect((await on(device, username, PASSWORD)).status).to.equal(303);
    for (const name of ['test-sid', 'test-csrf', 'test-alert']) device.cookies.delete(name);
    await statuses(times(5, () => logIn(one, username, WRONG, newAddress())));
    expect((await logIn(one, username, PASSWORD, newAddress())).status, 'elsewhere').to.equal(429);
    expect((await on(device, username.toUpperCase(), PASSWORD, other)).status, 'there').to.equal(303);

    const mark = device.cookies.get('test-device') ?? '';
    await statuses(times(5, () => logIn(one, neighbour, WRONG, newAddress())));
    for (const [name, altered] of [
      [neighbour, mark],
      [username, `x${mark}`],
      [username, ''],
      [username, '.'],
    ] as const) {
      const client = one.client();
      client.cookies.set('test-device', altered);
      expect((await on(client, name, PASSWORD)).status, altered).to.equal(429);
    }
    const guessing = one.client();
    guessing.cookies.set('test-device', mark);
    const guesses = times(4, () => on(guessing, username, WRONG));
    expect(await statuses(guesses), 'which counts as well').to.deep.equal([422, 422, 422, 429]);
  });

  it('counts the failures of an account over all addresses, and those of an address over all accounts', async () => {
    const username = await register();
    const anywhere = times(5, () => logIn(one, username, WRONG, newAddress()));
    expect(await statuses(anywhere)).to.deep.equal(Array<number>(5).fill(422));
    expect((await logIn(one, username, PASSWORD, newAddress())).status).to.equal(429);
    const address = newAddress();
    let guesses = 0;
    const anybody = times(7, () => logIn(one, `somebody-${++guesses}`, WRONG, address));
    expect(await statuses(anybody)).to.deep.equal(Array<number>(7).fill(422));
    const refused = await logIn(one, await register(), PASSWORD, address);
    expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([429, '86400']);
    expect(refused.alerts).to.deep.equal(['Too many attempts. Please try again in 24 hours.']);
  });

  it('does not let the one address that is refused use up what the account has left elsewhere', async () => {
    const username = await register();
    const address = newAddress();
    await statuses(times(9, () => logIn(one, username, WRONG, address)));
    expect((await logIn(one, username, PASSWORD, newAddress())).status).to.equal(303);
  });

  it('does not count successes', async () => {
    const username = await register();
    const address = newAddress();
    const right = times(9, () => logIn(one, username, PASSWORD, address));
    expect(await statuses(right)).to.deep.equal(Array<number>(9).fill(303));
  });

  it('takes all of an IPv6 /64 for one client', async () => {
    const username = await register();
    let host = 0;
    const sameNetwork = times(4, () => logIn(one, username, WRONG, `2001:db8:0:7::${++host}`));
    expect(await statuses(sameNetwork)).to.deep.equal([422, 422, 422, 429]);
    expect((await logIn(one, username, WRONG, '2001:db8:0:8::1')).status).to.equal(422);
  });

  it('of registrations counts those that made an account or told that one exists, and keeps what was typed', async () => {
    const address = newAddress();
    const taken = await register(address);
    const send = (fields: Readonly<Record<string, string>>) => submitFrom(address, other.client(), '/register', fields);
    const invalid = await statuses(times(4, () => send({ ...registration(), password: 'x' })));
    expect(invalid).to.deep.equal([422, 422, 422, 422]);
    expect((await send({ ...registration(), username: taken })).alerts[0]).to.match(/^Username already exists/);
    const refused = await send(registration());
    expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([429, '3600']);
    expect(refused.alerts).to.deep.equal(['Too many attempts. Please try again in 60 minutes.']);
    expect(refused.text).to.include(`value="throttled-${travellers}"`).and.not.include(PASSWORD);
    await register(newAddress());
  });

  it('of somebody logged in counts the wrong passwords of all forms, and nobody else is refused for it', async () => {
    const username = await register();
    const client = one.client();
    await client.submit('/login', '/login', { username, password: PASSWORD });
    const change = (current: string, password = 'another giraffe') =>
      client.submit('/account', '/account/password', {
        current_password: current,
        password,
        confirm_password: password,
      });
    const remove = () => client.submit('/account', '/account/delete', { delete_password: WRONG });
    const right = () => change(PASSWORD, 'short');
    const first = await statuses([() => change(WRONG), right, () => change(WRONG), remove]);
    expect(first).to.deep.equal([422, 422, 422, 422]);
    for (const attempt of [remove, () => change(PASSWORD)]) {
      const refused = await attempt();
      expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([429, '1800']);
      expect(refused.alerts).to.deep.equal(['Too many attempts. Please try again in 30 minutes.']);
    }
    expect((await logIn(one, username, PASSWORD, newAddress())).status).to.equal(303);
    time = new Date(time.getTime() + 1_800_000);
    expect((await change(PASSWORD)).status).to.equal(303);
  });

  it('keeps neither names nor addresses in the database', async () => {
    await logIn(one, 'somebody-known', WRONG, '203.0.113.77');
    const rows = await one.rows('SELECT * FROM throttle');
    expect(rows).to.have.length(3);
    for (const { key_hash: key, ...rest } of rows) {
      expect(key).to.be.instanceOf(Buffer).and.have.length(32);
      expect(Object.keys(rest)).to.deep.equal(['hits', 'expires_at']);
    }
  });
});

describe('Throttling with MySQL away', function () {
  this.timeout(120_000);

  it('goes on in memory, and with the shared count when MySQL is back', async () => {
    const server = await startMysql();
    const uri = await migratedDatabase(server);
    const config = readConfig({ db_uri: uri, secret_key: 'only for tests 0123456789' });
    const database = createDatabase({ config: config.database, models: [ThrottleWindow], logger: quiet });
    let time = new Date();
    const clock = { now: () => time };
    const shared = createThrottleStore(database);
    const signer = createSigner(config.secretKeys, 'throttle');
    const throttle = createThrottle({ shared, insurance: createMemoryStore(), signer, clock });
    const counters = [{ key: ['test'], limit: { count: 2, seconds: 60 } }];
    const refused = async () =>
      (await throttle.run(
        counters,
        () => Promise.resolve(),
        () => true,
      )) instanceof TooMany;
    const reaches = (state: string) => until(state, 20_000, () => Promise.resolve(database.state() === state));
    try {
      await reaches('up');
      expect([await refused(), await refused(), await refused()]).to.deep.equal([false, false, true]);
      await server.kill();
      expect([await refused(), await refused(), await refused()]).to.deep.equal([false, false, true]);
      await server.restart();
      await reaches('up');
      expect(await refused()).to.equal(true);
      await throttle.sweep();
      expect(await refused()).to.equal(true);
      time = new Date(time.getTime() + 60_000);
      await throttle.sweep();
      expect(await database.sequelize.getRepository(ThrottleWindow).findAll()).to.deep.equal([]);
      expect(await refused()).to.equal(false);
    } finally {
      await database.close();
      await server.stop();
    }
  });
});
