import { hash } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { createConnection } from 'mysql2/promise';
import { systemClock } from '../../../webapp/clock.ts';
import type { Database } from '../../../webapp/database/connection.ts';
import { SessionStore, travellerIn } from '../../../webapp/sessions/session-store.ts';
import { chosen } from '../../support/property.ts';
import type { WebClient } from './web-client.ts';
import { aTrip, PATIENT, startApp, type TestApp } from './world.ts';

describe('Sessions read together', () => {
  const TRAVELLERS = 24;
  type Traveller = WebClient & { readonly username: string };
  let app: TestApp;
  const travellers: Traveller[] = [];
  before(async () => {
    app = await startApp({ env: PATIENT });
    for (let index = 0; index < TRAVELLERS; index++) {
      const one = await app.traveller();
      const trip = aTrip({ departure_date: departureOf(index), return_date: '2034-06-01' });
      expect((await one.submit('/book', '/book', trip)).location).to.equal('/reservation');
      await one.get('/about'); // takes the alert away
      travellers.push(one);
    }
  });
  after(() => app.stop());

  const departureOf = (index: number) => `2034-05-${String(index + 1).padStart(2, '0')}`;
  const idOf = ({ cookies }: WebClient) => decodeURIComponent(cookies.get('sid') ?? '').slice(2, -44);

  const hashOf = (id: string) => hash('sha256', id, 'buffer');

  /** A store of its own, and the statements that it sends. */
  function store(failing: (values: readonly unknown[]) => boolean = () => false, clock = systemClock) {
    const sent: string[] = [];
    const database: Database = {
      ...app.database,
      prepared: (sql, values) => {
        sent.push(sql);
        return failing(values) ? Promise.reject(new Error('odd')) : app.database.prepared(sql, values);
      },
    };
    return { sent, sessions: new SessionStore(database, { idleMinutes: 60, maximumHours: 3 }, clock) };
  }

  it('are each told apart by its own id, in whatever order and however often they are asked for, ended or not', async () => {
    const { sessions } = store();
    const read = sessions.reader({ sql: 'SELECT CONCAT(session.traveller_id, ?)', values: () => ['!'] });
    const known = travellers.map((one) => ({ id: idOf(one), username: one.username }));
    const unknown = { id: 'x'.repeat(32), username: undefined };
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(unknown, ...known), { maxLength: 40 }), async (asked) => {
        const found = await Promise.all(asked.map(({ id }) => read(id)));
        const seen = found.map((session) => session && travellerIn(session.data));
        expect(seen.map((traveller) => traveller?.username)).to.deep.equal(asked.map(({ username }) => username));
        const along = seen.map((traveller) => traveller && `${traveller.id}!`);
        expect(found.map((session) => session?.along)).to.deep.equal(along);
      }),
      chosen(50),
    );
  });

  it('take one statement for up to sixteen of one turn', async () => {
    const { sent, sessions } = store();
    const read = sessions.reader();
    const count = async (length: number) => {
      sent.length = 0;
      await Promise.all(travellers.slice(0, length).map((one) => read(idOf(one))));
      return sent.length;
    };
    expect([await count(1), await count(3), await count(16), await count(17)]).to.deep.equal([1, 1, 1, 2]);
  });

  it('fail for nobody else where one cannot be read', async () => {
    const [first, second, third] = travellers.map(idOf);
    const { sessions } = store((values) =>
      values.some((value) => Buffer.isBuffer(value) && value.equals(hashOf(second ?? ''))),
    );
    const read = sessions.reader();
    const found = await Promise.allSettled([first, second, third].map((id) => read(id ?? '')));
    expect(found.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('wait for nobody else whose idle end cannot be moved yet', async () => {
    const soon = { now: () => new Date(Date.now() + 120_000) };
    const read = store(undefined, soon).sessions.reader();
    const [first = '', second = ''] = travellers.map(idOf);
    const other = await createConnection({ uri: app.uri });
    await other.query('START TRANSACTION');
    await other.query('SELECT 1 FROM session WHERE id_hash = ? FOR UPDATE', [hashOf(first)]);
    let waits = true;
    const waiting = read(first).finally(() => (waits = false));
    expect(await read(second)).to.include.keys('data');
    expect(waits).to.equal(true);
    await other.end();
    expect(await waiting).to.include.keys('data');
  });

  it('show everybody their own pages, whoever asks at the same time', async () => {
    const paths = ['/', '/home', '/about', '/book', '/reservation', '/reservation?', '/account'];
    const visit = fc.record({ one: fc.nat({ max: TRAVELLERS }), path: fc.constantFrom(...paths) });
    await fc.assert(
      fc.asyncProperty(fc.array(visit, { minLength: 2, maxLength: 32 }), async (visits) => {
        const answers = await Promise.all(
          visits.map(async ({ one, path }) => ({
            one,
            path,
            answer: await (travellers[one] ?? app.client()).get(path),
          })),
        );
        for (const { one, path, answer } of answers) {
          const own = travellers[one];
          const isOpen = ['/', '/home', '/about'].includes(path);
          expect(answer.status).to.equal(own || isOpen ? 200 : 303);
          const named = travellers.filter(({ username }) => answer.text.includes(`${username}<`));
          expect(named.map(({ username }) => username)).to.deep.equal(own ? [own.username] : []);
          const departures = [...answer.text.matchAll(/<dt>Departure<\/dt><dd><time datetime="([^"]+)"/g)];
          const shown = own && path.startsWith('/reservation') ? [departureOf(one)] : [];
          expect(departures.map(([, day]) => day)).to.deep.equal(shown);
        }
      }),
      chosen(20),
    );
  });
});
