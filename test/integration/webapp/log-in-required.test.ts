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
});
