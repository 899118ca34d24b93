import { expect } from 'chai';
import { hiddenFields } from './web-client.ts';
import { aTrip, mismatches, PASSWORD, startApp, type TestApp } from './world.ts';

/**
 * What the application that this one replaces gets wrong, as far as no other test looks at just that; docs/proofs.md has the
 * whole list.
 */
describe('What the original got wrong', () => {
  let app: TestApp;
  before(async () => (app = await startApp({ env: { LIMIT_LOG_IN_ADDRESS: 'off', LIMIT_LOG_IN: 'off' } })));
  after(() => app.stop());

  const SOMEBODY = { name: 'Ada', password: PASSWORD, confirm_password: PASSWORD };
  const logIn = (username: string, password: string) => app.client().submit('/login', '/login', { username, password });

  it('an e-mail address of more than 60 characters is an address', async () => {
    const email_address = `${'a'.repeat(60)}@${'b'.repeat(60)}.example.com`;
    const fields = { ...SOMEBODY, username: 'long.address', email_address };
    expect((await app.client().submit('/register', '/register', fields)).status).to.equal(303);
    const [row] = await app.rows("SELECT email_address FROM traveller WHERE username = 'long.address'");
    expect(row?.email_address).to.equal(email_address);
  });

  it('a password of more than 72 bytes is one, and all of it counts', async () => {
    const password = '🦒'.repeat(30);
    const fields = { name: 'Ada', username: 'long.password', email_address: 'long@example.com' };
    const registration = { ...fields, password, confirm_password: password };
    expect((await app.client().submit('/register', '/register', registration)).status).to.equal(303);
    expect((await logIn('long.password', password)).status).to.equal(303);
    expect((await logIn('long.password', `${'🦒'.repeat(29)}🦓`)).status).to.equal(422);
  });

  it('a double click, eight times over, is one booking, and all eight are told so', async () => {
    const client = await app.traveller();
    const form = { ...hiddenFields((await client.get('/book')).text, '/book'), ...aTrip() };
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.post('/book', form)));
    expect(answers.map(({ status, location }) => `${status} ${location}`)).to.deep.equal(
      Array<string>(8).fill('303 /reservation'),
    );
    expect((await client.get('/reservation')).text.split('name="cancel"')).to.have.length(2);
    expect(await mismatches(app)).to.deep.equal([]);
  });

  it('cancelling without a trip is told so', async () => {
    const client = await app.traveller();
    const token = hiddenFields((await client.get('/home')).text, '/logout');
    const answer = await client.post('/reservation', token);
    expect((await client.follow(answer)).alerts).to.deep.equal([
      'You have no trip with that reference. Nothing was cancelled.',
    ]);
  });

  it('a departure that is missing is asked for, and nothing is booked for today', async () => {
    const client = await app.traveller();
    const { departure_date, ...others } = aTrip();
    expect(departure_date).to.be.a('string');
    const answer = await client.submit('/book', '/book', others);
    expect([answer.status, ...answer.alerts]).to.deep.equal([422, 'This field is required.']);
    expect(await app.rows('SELECT 1 FROM booking WHERE departure_date < CURRENT_DATE + INTERVAL 2 DAY')).to.be.empty;
  });

  it('an unknown username takes as long as a wrong password', async () => {
    const client = await app.traveller();
    const spent: Record<string, number[]> = { [client.username]: [], 'nobody-at-all': [] };
    const visitor = app.client();
    const form = hiddenFields((await visitor.get('/login')).text, '/login');
    // in turns, so that what else the machine does falls on both
    for (let round = 0; round < 15; round++) {
      for (const [username, times] of Object.entries(spent)) {
        const start = performance.now();
        await visitor.post('/login', { ...form, username, password: 'wrong password' });
        times.push(performance.now() - start);
      }
    }
    const [known = 0, unknown = 0] = Object.values(spent).map(median);
    // 17 in the original
    expect(Math.max(known, unknown) / Math.min(known, unknown)).to.be.below(2);
  });

  it('a page is not kept waiting by sixteen who log in', async () => {
    const visitor = app.client();
    const form = hiddenFields((await visitor.get('/login')).text, '/login');
    const finished: string[] = [];
    const logIns = Array.from({ length: 16 }, async () => {
      await visitor.post('/login', { ...form, username: 'nobody-at-all', password: 'wrong password' });
      finished.push('log-in');
    });
    await Promise.race(logIns);
    await app.client().get('/');
    finished.push('page');
    await Promise.all(logIns);
    expect(finished.indexOf('page')).to.be.below(12);
  });
});

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
