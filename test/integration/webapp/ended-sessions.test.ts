import { expect } from 'chai';
import { createConnection } from 'mysql2/promise';
import { until } from '../../../scripts/cluster/run.ts';
import { PATIENT } from '../../support/web-app.ts';
import { hiddenFields, type WebClient } from './web-client.ts';
import { aTrip, PASSWORD, startApp, type TestApp } from './world.ts';

type Traveller = WebClient & { readonly username: string };

interface Form {
  readonly page: string;
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
  /** A statement that locks a row for which the form has to wait. */
  readonly lock: (traveller: Traveller) => readonly [sql: string, values: readonly unknown[]];
}

const NAME: Form = {
  page: '/account',
  action: '/account/name',
  fields: { name: 'Ada the Second' },
  lock: ({ username }) => ['SELECT id FROM traveller WHERE username = ? FOR UPDATE', [username]],
};
const BOOKING: Form = {
  page: '/book',
  action: '/book',
  fields: aTrip(),
  lock: () => ['SELECT booked FROM departure WHERE departure_date = ? FOR UPDATE', [aTrip().departure_date]],
};

describe('A session that ends while a form of it is on its way', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp({ env: PATIENT });
    const first = await app.traveller();
    expect((await first.submit('/book', '/book', aTrip())).status).to.equal(303);
  });
  after(() => app.stop());

  const sessions = async () => Number((await app.rows('SELECT COUNT(*) AS n FROM session'))[0]?.n);
  const tabOf = (client: WebClient) => {
    const tab = app.client();
    for (const [name, value] of client.cookies) tab.cookies.set(name, value);
    return tab;
  };

  /** Sends the form, ends its session while the form waits in the database, and then lets the form go on. */
  const endMeanwhile = async (
    form: Form,
    end: (from: { here: WebClient; elsewhere: WebClient }) => Promise<unknown>,
  ) => {
    const traveller = await app.traveller();
    const { username } = traveller;
    const elsewhere = app.client();
    expect((await elsewhere.submit('/login', '/login', { username, password: PASSWORD })).status).to.equal(303);
    const tab = tabOf(traveller);
    const hidden = hiddenFields((await tab.get(form.page)).text, form.action);
    const holder = await createConnection({ uri: app.uri });
    try {
      await holder.beginTransaction();
      const [sql, values] = form.lock(traveller);
      await holder.query(sql, [...values]);
      const answer = tab.post(form.action, { ...hidden, ...form.fields });
      await until('the form to wait', 10_000, async () => (await app.lockWaits()) > 0);
      await end({ here: traveller, elsewhere });
      const left = await sessions();
      await holder.rollback();
      expect((await answer).location).to.equal(form.action === '/book' ? '/reservation' : '/account');
      expect(await sessions(), 'rows').to.equal(left);
      expect((await tab.get('/reservation')).location).to.match(/^\/login/);
    } finally {
      await holder.end();
    }
  };

  for (const [what, form] of [
    ['a new name', NAME],
    ['a booking', BOOKING],
  ] as const) {
    it(`does not come back with ${what} after a log-out`, () =>
      endMeanwhile(form, async ({ here }) => {
        expect((await here.submit('/about', '/logout', {})).location).to.equal('/home');
      }));

    it(`does not come back with ${what} after a log-out everywhere else`, () =>
      endMeanwhile(form, async ({ elsewhere }) => {
        expect((await elsewhere.submit('/account', '/account/sessions', {})).location).to.equal('/account');
      }));
  }

  it('does not come back with a booking after a change of the password', () =>
    endMeanwhile(BOOKING, async ({ elsewhere }) => {
      const password = 'two giraffes on the moon';
      const fields = { current_password: PASSWORD, password, confirm_password: password };
      expect((await elsewhere.submit('/account', '/account/password', fields)).location).to.equal('/account');
    }));
});
