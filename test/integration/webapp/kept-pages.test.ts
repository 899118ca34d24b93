import { expect } from 'chai';
import { startApp, type TestApp } from './world.ts';

describe('Pages from memory', () => {
  let app: TestApp;
  before(async () => (app = await startApp()));
  after(() => app.stop());

  /** Tokens differ each time, and so does the request's id. */
  const withoutTokens = (html: string) => html.replaceAll(/name="_csrf" value="[\w-]+"/g, 'token');
  const names = (headers: Headers) => [...headers.keys()].filter((name) => name !== 'set-cookie').sort();

  for (const path of ['/', '/home', '/about', '/login', '/register']) {
    it(`${path} is the page that would be rendered, for visitors and for travellers`, async () => {
      for (const client of [app.client(), await app.traveller()]) {
        await client.get('/about'); // takes the alert of the log-in away
        const [kept, rendered] = [await client.get(path), await client.get(`${path}?`)];
        expect([kept.status, rendered.status]).to.deep.equal([200, 200]);
        expect(withoutTokens(kept.text)).to.equal(withoutTokens(rendered.text));
        expect(names(kept.headers)).to.deep.equal(names(rendered.headers));
        expect(kept.headers.get('content-length')).to.equal(String(Buffer.byteLength(kept.text)));
      }
    });
  }

  it('show a name as it is written, and have a token that counts', async () => {
    const client = app.client();
    const account = { username: '<b>&amp;"$&', name: 'A', email_address: 'a@example.com', password: 'not so common 1' };
    await client.submit('/register', '/register', { ...account, confirm_password: account.password });
    await client.submit('/login', '/login', account);
    await client.get('/about');
    expect((await client.get('/home')).text).to.include('&lt;b&gt;&amp;amp;&#34;$&amp;</a>');
    const out = await client.submit('/home', '/logout', {});
    expect([out.status, out.location]).to.deep.equal([303, '/home']);
    expect(client.cookies.has('sid')).to.equal(false);
  });

  it('show an alert once, though they are kept', async () => {
    const client = await app.traveller();
    await client.submit('/logout', '/logout', {});
    expect((await client.get('/home')).alerts).to.deep.equal(['You have been logged out.']);
    expect((await client.get('/home')).alerts).to.deep.equal([]);
  });
});
