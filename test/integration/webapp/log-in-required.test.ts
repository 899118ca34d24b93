import { expect } from 'chai';
import { startApp, type TestApp } from './world.ts';

/** What somebody who is not logged in may ask for. Every other route asks for a log-in; a new public one is an entry here. */
const PUBLIC = [
  '/',
  '/home',
  '/about',
  '/departures',
  '/register',
  '/login',
  '/logout',
  '/forgotten-password',
  '/reset-password',
  '/.well-known/change-password',
];

/** What a log-in does not lead back to, because it saves a file and shows no page. */
const DOWNLOADS = ['/account/data', '/reservation/:reference/trip.ics'];

describe('Every route', () => {
  let app: TestApp;
  before(async () => (app = await startApp()));
  after(() => app.stop());

  it('asks for a log-in, unless it is declared public', async () => {
    const open: string[] = [];
    for (const { path, methods } of app.routes) {
      const address = path.replace(':reference', 'AAAAAAAA');
      const answers = await Promise.all([
        ...(methods.includes('GET') ? [app.client().get(address)] : []),
        ...(methods.includes('POST') ? [app.client().post(address, {})] : []),
      ]);
      const asksForLogIn = answers.map(({ location }) => location?.startsWith('/login') === true);
      if (asksForLogIn.includes(false)) open.push(path);
    }
    expect(open.sort()).to.deep.equal([...PUBLIC].sort());
  });

  it('that shows a page is where the log-in that it asks for leads back to', async () => {
    const lost: string[] = [];
    for (const { path } of app.routes.filter(({ methods }) => methods.includes('GET'))) {
      const address = path.replace(':reference', 'AAAAAAAA');
      const { location } = await app.client().get(address);
      if (location === '/login') lost.push(path);
      else if (location?.startsWith('/login')) {
        expect(location).to.equal(`/login?next=${encodeURIComponent(address)}`);
      }
    }
    expect(lost.sort()).to.deep.equal(DOWNLOADS);
  });
});
