import { expect } from 'chai';
import { hiddenFields, webClient, type WebClient } from './web-client.ts';
import { PASSWORD, startApp, type TestApp } from './world.ts';

describe('Cookie names', () => {
  let apps: readonly TestApp[];
  before(async () => {
    // as two installations on two ports of one host: a browser has one jar for both
    apps = [await startApp({ env: { COOKIE_PREFIX: '' } }), await startApp({ env: { COOKIE_PREFIX: '' } })];
  });
  after(() => Promise.all(apps.map((app) => app.stop())));

  /** A client of the other application, with the cookies that this one has; what that one sets comes here too. */
  const elsewhere = async (client: WebClient, url: string, use: (other: WebClient) => Promise<unknown>) => {
    const other = webClient(url);
    for (const [name, value] of client.cookies) other.cookies.set(name, value);
    await use(other);
    for (const [name, value] of other.cookies) client.cookies.set(name, value);
  };

  it('differ between installations, so that neither logs anybody out of the other, nor spoils an open form', async () => {
    const [one, other] = apps;
    if (!one || !other) throw new Error('no two applications');
    const client = await one.traveller();
    const theirs = await other.traveller();
    const visitor = one.client();
    const form = hiddenFields((await visitor.get('/login')).text, '/login');
    await elsewhere(visitor, other.url, (browser) => browser.get('/register'));
    await elsewhere(client, other.url, (browser) =>
      browser.submit('/login', '/login', { username: theirs.username, password: PASSWORD }),
    );
    expect((await client.get('/reservation')).text).to.include(`${client.username}<`);
    expect((await visitor.post('/login', { ...form, username: 'nobody-at-all', password: 'x' })).status).to.equal(422);
  });

  it('are not those that another Express application uses', async () => {
    const client = apps[0]?.client() ?? webClient('');
    client.cookies.set('sid', 's%3Atheirs.c2lnbmF0dXJl').set('csrf', 'theirs');
    const form = hiddenFields((await client.get('/login')).text, '/login');
    client.cookies.set('csrf', 'theirs as well');
    expect((await client.post('/login', { ...form, username: 'nobody-at-all', password: 'x' })).status).to.equal(422);
  });

  it('may change: sessions and forms from before still count, under names without a prefix and others', async () => {
    const [before] = apps;
    if (!before) throw new Error('no application');
    const after = await startApp({ uri: before.uri, env: { COOKIE_PREFIX: 'milky-way' } });
    try {
      for (const rename of [(name: string) => name, (name: string) => name.replace(/^.*-/, '')]) {
        const traveller = await before.traveller();
        const visitor = before.client();
        const form = hiddenFields((await visitor.get('/login')).text, '/login');
        const moved = ({ cookies }: WebClient) => {
          const client = after.client();
          for (const [name, value] of cookies) client.cookies.set(rename(name), value);
          return client;
        };
        const client = moved(traveller);
        expect((await client.get('/reservation')).status).to.equal(200);
        expect((await client.submit('/account', '/account/sessions', {})).status, 'a form').to.equal(303);
        const logIn = { ...form, username: traveller.username, password: PASSWORD };
        const newcomer = moved(visitor);
        expect((await newcomer.post('/login', logIn)).status).to.equal(303);
        expect([...newcomer.cookies.keys()]).to.include('milky-way-sid');
      }
    } finally {
      await after.stop();
    }
  });
});
