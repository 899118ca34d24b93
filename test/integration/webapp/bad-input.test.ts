import { expect } from 'chai';
import fc from 'fast-check';
import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { DEFAULT_DESTINATIONS } from '../../../webapp/bookings/destinations.ts';
import { type Answer as HttpAnswer, ask, type Question } from '../../support/http.ts';
import { anyText, chosen } from '../../support/property.ts';
import { FULL_DAY, type FormEntry, forms, type Payload, payloads, type Seen, textPayload } from './surface.ts';
import { type Answer, hiddenFields, type WebClient } from './web-client.ts';
import { aTrip, PASSWORD, startApp, type TestApp } from './world.ts';

const FORM = 'application/x-www-form-urlencoded';
const LIMITS = [
  'LOG_IN',
  'LOG_IN_ACCOUNT',
  'LOG_IN_ADDRESS',
  'PASSWORD_CHECK',
  'REGISTRATION',
  'TRIP_FORMS',
  'PASSWORD_RESET',
  'ACCOUNT_CHANGE',
  'EMAIL_CHANGE',
  'PASSWORD_RESET_ADDRESS',
];
const NO_LIMITS = Object.fromEntries(LIMITS.map((name) => [`LIMIT_${name}`, 'off']));
/** Nobody listens there: what is for those who get mail is looked at all the same. */
const MAIL = {
  SMTP_URL: 'smtp://127.0.0.1:1?tls=off',
  MAIL_FROM: 'trips@stars.example',
  PUBLIC_URL: 'https://stars.example',
  MAIL_INTERVAL_SECONDS: '3600',
};

describe('Bad input', function () {
  this.timeout(120_000);
  let app: TestApp;
  let traveller: Awaited<ReturnType<TestApp['traveller']>>;
  let reference: string;

  before(async () => {
    app = await startApp({ env: { ...NO_LIMITS, ...MAIL } });
    await fillDay(app);
    ({ traveller, reference } = await travellerWithTrip());
  });
  after(() => app.stop());

  const travellerWithTrip = async () => {
    const client = await app.traveller();
    const reference = await bookedBy(client);
    await withEveryForm(app, client);
    return { traveller: client, reference };
  };
  const addressOf = (path: string) => path.replace(':reference', reference);
  const cookiesOf = (client: WebClient) => [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const send = (path: string, question: Question = {}, client?: WebClient): Promise<HttpAnswer> =>
    ask(app.url + path, {
      ...question,
      headers: { ...(client && { cookie: cookiesOf(client) }), ...question.headers },
    });
  const post = (path: string, body: string | Buffer, client?: WebClient, headers: Record<string, string> = {}) =>
    send(path, { method: 'POST', body, headers: { 'content-type': FORM, ...headers } }, client);

  describe('is looked for everywhere: the list', () => {
    it('has every form that a route takes', () => {
      const posts = app.routes.filter(({ methods }) => methods.includes('POST')).map(({ path }) => path);
      expect(forms.map(({ action }) => action).sort()).to.deep.equal(posts.sort());
    });

    for (const entry of forms) {
      it(`has every field of the form that posts to ${entry.action}`, async () => {
        const client = entry.who === 'traveller' ? traveller : app.client();
        await entry.before?.(client, app);
        const { text } = await client.get(addressOf(entry.page));
        const form = text.split('<form').find((part) => part.includes(`action="${addressOf(entry.action)}"`)) ?? '';
        const [inside = ''] = form.split('</form>');
        const named = [...inside.matchAll(/<(?:input|select|textarea)\b[^>]* name="([^"]+)"/g)].map(([, name]) => name);
        const known = ['_csrf', ...Object.keys(entry.fields()), ...(entry.carried ?? [])];
        expect(known).to.include.members(named);
        expect(named).to.include.members(['_csrf', ...Object.keys(entry.fields())]);
      });
    }
  });

  for (const entry of forms) {
    describe(`in the form that posts to ${entry.action}`, () => {
      let client: WebClient;
      let token: string;
      before(async () => {
        client = entry.who === 'traveller' ? traveller : app.client();
        await entry.before?.(client, app);
        const { text } = await client.get(addressOf(entry.page));
        token = new URLSearchParams({ _csrf: hiddenFields(text, addressOf(entry.action))._csrf ?? '' }).toString();
      });

      const sendWith = (field: string, payload: Payload, base: Seen) => {
        const others = Object.entries(base).filter(([name]) => name !== field);
        const parts = [new URLSearchParams(others).toString(), payload.sent(field)];
        const body = [...(field === '_csrf' ? [] : [token]), ...parts].filter((part) => part !== '').join('&');
        return post(addressOf(entry.action), body, client);
      };

      for (const field of [...Object.keys(entry.fields()), ...(entry.carried ?? [])]) {
        it(`never breaks anything in ${field}, and is answered with what the rules say`, async () => {
          const faults: string[] = [];
          for (const payload of payloads) {
            const base = entry.fields();
            const answer = await sendWith(field, payload, base);
            const seen = payload.seen === undefined ? undefined : { ...base, [field]: payload.seen };
            faults.push(...faultsOf(answer, entry, seen).map((fault) => `${payload.title}: ${fault}`));
          }
          expect(faults.join('\n')).to.equal('');
        });
      }

      if (Object.keys(entry.fields()).length > 0)
        it('is answered with what the rules say, whatever is in all of its fields', async () => {
          const names = Object.keys(entry.fields());
          const some = fc.dictionary(fc.constantFrom(...names), anyText);
          const property = fc.asyncProperty(some, async (changed) => {
            await entry.forget?.(app);
            const fields = { ...entry.fields(), ...changed };
            const sent = `${token}&${new URLSearchParams(fields).toString()}`;
            const seen = Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, text.toWellFormed()]));
            const faults = faultsOf(await post(addressOf(entry.action), sent, client), entry, seen);
            expect(faults.join('\n')).to.equal('');
          });
          await fc.assert(property, chosen(40));
        });

      it('is refused in the token, and changes nothing', async () => {
        const faults: string[] = [];
        const foreign = hiddenFields((await app.client().get('/login')).text, '/login')._csrf ?? '';
        for (const payload of [...payloads, textPayload('of somebody else', foreign)]) {
          const { status, body } = await sendWith('_csrf', payload, entry.fields());
          if (status !== 403 || !body.includes('This form has expired')) faults.push(`${payload.title}: ${status}`);
        }
        expect(faults.join('\n')).to.equal('');
      });
    });
  }

  describe('as method', () => {
    const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND', 'PURGE'];

    for (const who of ['visitor', 'traveller']) {
      it(`is refused with 405 and what is allowed instead, on every route, to a ${who}`, async () => {
        const client = who === 'traveller' ? traveller : app.client();
        const stylesheet = /href="(\/app\.[0-9a-f]+\.css)"/.exec((await client.get('/')).text)?.[1] ?? '';
        const faults: string[] = [];
        for (const { path, methods } of [...app.routes, { path: stylesheet, methods: ['GET', 'HEAD'] }]) {
          for (const method of METHODS) {
            const { status, headers, body } = await send(addressOf(path), { method }, client);
            const fault = (what: string) => faults.push(`${method} ${path}: ${status} ${what}`);
            if (method === 'HEAD' && body !== '') fault('with a body');
            if (method === 'OPTIONS') {
              if (status !== 204 || !sameMethods(headers.allow, methods)) fault(`allows ${headers.allow}`);
            } else if (methods.includes(method)) {
              const fine = method === 'POST' ? [303, 403] : [200, 303];
              if (!fine.includes(status)) fault('where it is allowed');
            } else {
              if (status !== 405 || !sameMethods(headers.allow, methods)) fault(`allows ${headers.allow}`);
              if (method !== 'HEAD' && !body.includes('That does not work here')) fault('without its page');
            }
          }
        }
        expect(faults.join('\n')).to.equal('');
      });
    }

    it('is refused with 404 where there is nothing', async () => {
      const { body } = await send('/nowhere', {}, traveller);
      expect(body).to.include('Lost in space').and.include('name="logout"');
      for (const path of ['/nowhere', '/reservation/x/y/z', '/booking']) {
        for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']) {
          expect((await send(path, { method }, traveller)).status, `${method} ${path}`).to.equal(404);
        }
      }
    });

    it('that HTTP does not know is refused with 400', async () => {
      expect(await raw('BREW /home HTTP/1.1\r\nHost: x\r\n\r\n')).to.match(/^HTTP\/1.1 400 /);
    });
  });

  describe('as body', () => {
    const rows: readonly (readonly [string, number, (token: string) => string | Buffer, Record<string, string>])[] = [
      ['larger than any form', 413, () => `x=${'y'.repeat(17 * 1024)}`, {}],
      ['of too many fields', 413, (token) => `${token}${'&a=1'.repeat(60)}`, {}],
      ['in JSON', 415, () => '{"_csrf":1}', { 'content-type': 'application/json' }],
      ['of several parts', 415, () => '--x\r\n\r\n--x--', { 'content-type': 'multipart/form-data; boundary=x' }],
      ['of plain text', 415, () => 'x=1', { 'content-type': 'text/plain' }],
      ['of no type', 415, () => 'x=1', { 'content-type': '' }],
      ['of a type that is none', 415, () => 'x=1', { 'content-type': '////;;;' }],
      ['in another character set', 415, () => 'x=1', { 'content-type': `${FORM}; charset=koi8-r` }],
      ['in another encoding', 415, () => 'x=1', { 'content-encoding': 'zstd-or-so' }],
      ['said to be compressed', 400, () => 'x=1', { 'content-encoding': 'gzip' }],
      [
        'compressed, with a broken end',
        400,
        (token) => gzipSync(token).subarray(0, 40),
        { 'content-encoding': 'gzip' },
      ],
      ['that grows when unpacked', 413, () => gzipSync('x'.repeat(10_000_000)), { 'content-encoding': 'gzip' }],
      ['that is empty', 403, () => '', {}],
      ['with a byte order mark', 422, (token) => `\ufeff${token}`, {}],
      ['of bytes that are no text', 403, () => Buffer.from([0xff, 0xfe, 0x00, 0x3d]), {}],
    ];
    for (const [title, status, body, headers] of rows) {
      it(`${title} is answered with ${status}, by a page of ours`, async () => {
        const [form] = forms;
        const client = app.client();
        const token = `_csrf=${hiddenFields((await client.get('/login')).text, '/login')._csrf ?? ''}`;
        for (const path of ['/login', form?.action ?? '']) {
          const answer = await post(path, body(token), client, headers);
          expect(answer.status, path).to.equal(status);
          expect(answer.body).to.include('<h1').and.include('name="home"');
        }
      });
    }

    it('is read where it is a form that was compressed', async () => {
      const client = app.client();
      const token = hiddenFields((await client.get('/login')).text, '/login')._csrf ?? '';
      const answer = await post('/login', gzipSync(`_csrf=${token}`), client, { 'content-encoding': 'gzip' });
      expect(answer.status).to.equal(422);
    });

    it('of another length than was said, or of two lengths, is refused', async () => {
      const head = `POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: ${FORM}\r\n`;
      for (const lengths of ['Content-Length: -1', 'Content-Length: 1\r\nContent-Length: 2', 'Content-Length: one']) {
        expect(await raw(`${head}${lengths}\r\n\r\nxx`), lengths).to.match(/^HTTP\/1.1 400 /);
      }
      const both = 'Content-Length: 3\r\nTransfer-Encoding: chunked';
      expect(await raw(`${head}${both}\r\n\r\n0\r\n\r\n`)).to.match(/^HTTP\/1.1 400 /);
    });
  });

  describe('as cookie', () => {
    const ALTERED = (value: string) => (value.startsWith('s%3AA') ? 's%3AB' : 's%3AA') + value.slice(5);
    const values: readonly (readonly [string, (own: string) => string])[] = [
      ['empty', () => ''],
      ['of another kind', () => 'x'],
      ['cut short', (own) => own.slice(0, 20)],
      ['with an altered id', ALTERED],
      ['with an altered signature', (own) => own.replace(/\.(.)/, (_all, first) => (first === 'A' ? '.B' : '.A'))],
      ['without a signature', (own) => own.split('.')[0] ?? ''],
      ['badly encoded', () => '%'],
      ['of bytes that are no text', () => 's%3A%FF.x'],
      ['encoded where it need not be', (own) => own.replace('s%3A', 's%3A%')],
      ['quoted', () => '"s%3Ax.y"'],
      ['of objects', () => 'j%3A%7B%22a%22%3A1%7D'],
      ['of 4,000 characters', () => 'a'.repeat(4000)],
    ];

    for (const [title, alter] of values) {
      it(`${title} makes a visitor of a traveller, and no error`, async () => {
        const sid = traveller.cookies.get('test-sid') ?? '';
        const headers = {
          cookie: `test-sid=${alter(sid)}; test-csrf=${alter('abc.def')}; test-alert=${alter('abc.def')}`,
        };
        expect((await send('/home', { headers })).status).to.equal(200);
        const book = await send('/reservation', { headers });
        expect([book.status, book.headers.location]).to.deep.equal([303, '/login?next=%2Freservation']);
        expect((await post('/book', 'age=20', undefined, headers)).status).to.equal(303);
        expect((await post('/login', 'username=x', undefined, headers)).status).to.equal(403);
        const alone = await send('/reservation', { headers: { cookie: `test-sid=${alter(sid)}` } });
        expect([alone.status, alone.headers.location]).to.deep.equal([303, '/login?next=%2Freservation']);
      });
    }

    it('of a session that has expired asks to log in, whatever is sent', async () => {
      const { traveller: one } = await travellerWithTrip();
      const form = hiddenFields((await one.get('/book')).text, '/book');
      await app.rows('UPDATE session SET expires_at = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND');
      for (const answer of [await one.get('/reservation'), await one.post('/book', { ...form, ...aTrip() })]) {
        expect([answer.status, answer.location?.split('?')[0]]).to.deep.equal([303, '/login']);
      }
      ({ traveller, reference } = await travellerWithTrip());
    });

    it('of another visitor does not make a form of theirs count', async () => {
      const [mine, theirs] = [app.client(), app.client()];
      const token = hiddenFields((await mine.get('/login')).text, '/login');
      await theirs.get('/login');
      expect((await theirs.post('/login', { ...token, username: 'x', password: 'y' })).status).to.equal(403);
    });

    it('that tells something only does so when it is signed', async () => {
      const forged = Buffer.from('[{"kind":"success","text":"forged"}]').toString('base64url');
      const alert = `j:${JSON.stringify([{ kind: 'success', text: 'forged' }])}`;
      const signedWith = (key: string) => {
        const signature = createHmac('sha256', key).update(alert).digest('base64').replace(/=+$/, '');
        return encodeURIComponent(`s:${alert}.${signature}`);
      };
      const secretKey = 'only for tests 0123456789';
      const [asAlert, asForm] = ['alert', 'csrf'].map((purpose) =>
        signedWith(createHmac('sha256', secretKey).update(purpose).digest('hex')),
      );
      const page = await send('/home', { headers: { cookie: `test-alert=${asAlert ?? ''}` } });
      expect(page.body, 'signed as alerts are').to.include('forged');
      for (const value of [forged, `${forged}.`, `${forged}.${'A'.repeat(43)}`, signedWith(secretKey), asForm]) {
        const { status, body } = await send('/home', { headers: { cookie: `test-alert=${value}` } });
        expect(status).to.equal(200);
        expect(body).to.not.include('forged');
      }
    });

    it('twice, or among a thousand others, is no trouble', async () => {
      const sid = traveller.cookies.get('test-sid') ?? '';
      const many = Array.from({ length: 500 }, (_, index) => `c${index}=1`).join(';');
      expect((await send('/reservation', { headers: { cookie: `${many};test-sid=${sid}` } })).status).to.equal(200);
      expect((await send('/home', { headers: { cookie: `test-sid=x; test-sid=${sid}; ; =; a` } })).status).to.equal(
        200,
      );
    });
  });

  describe('as address', () => {
    it('never breaks a page as its query', async () => {
      const faults: string[] = [];
      const names = ['next', 'destination', 'departure', 'return', 'traveller_age', 'month', 'unknown'];
      for (const { path, methods } of app.routes) {
        if (!methods.includes('GET')) continue;
        const usual = (await traveller.get(addressOf(path))).status;
        for (const payload of payloads) {
          const query = names.map((name) => payload.sent(name)).join('&');
          if (query.length > 10_000) continue;
          const { status, body } = await send(`${addressOf(path)}?${query}`, {}, traveller);
          if (status !== usual) faults.push(`${path}, ${payload.title}: ${status}`);
          if (unescaped(body)) faults.push(`${path}, ${payload.title}: not escaped`);
        }
      }
      expect(faults.join('\n')).to.equal('');
    });

    const addresses: readonly (readonly [string, number])[] = [
      ['/%', 404],
      ['/%ff', 404],
      ['/%00', 404],
      ['/reservation/%/ticket', 400],
      ['/reservation/%00/ticket', 404],
      ['/reservation/AAAAAAAA/ticket', 404],
      ['/reservation/<script>/ticket', 404],
      ["/reservation/'%20OR%201=1/ticket", 404],
      ['/reservation/__proto__/change', 404],
      ['//evil.example', 404],
      ['/\\evil.example', 404],
      ['/../../etc/passwd', 404],
      ['/%2e%2e/%2e%2e/etc/passwd', 404],
      ['/manifest.json', 404],
      ['/.env', 404],
      ['/HOME/', 200],
      ['/home?', 200],
      ['/home;jsessionid=1', 404],
      [`/${'a/'.repeat(3000)}`, 404],
      [`/${'a'.repeat(20_000)}`, 431],
      [`/home?${'a=1&'.repeat(3000)}`, 200],
    ];
    for (const [address, status] of addresses) {
      it(`${address.slice(0, 40)}${address.length > 40 ? ` … (${address.length})` : ''} is answered with ${status}`, async () => {
        const { hostname, port } = new URL(app.url);
        const text = await raw(
          `GET ${address} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nCookie: ${cookiesOf(traveller)}\r\nConnection: close\r\n\r\n`,
        );
        expect(text.split('\r\n')[0]).to.match(new RegExp(`^HTTP/1.1 ${status} `));
        expect(text).to.not.match(/^location:/im);
        expect(unescaped(text)).to.equal(false);
      });
    }

    it('that names another host leads to no other host', async () => {
      for (const head of [
        'GET http://evil.example/reservation HTTP/1.1\r\nHost: evil.example',
        'GET /book HTTP/1.1\r\nHost: evil.example',
      ]) {
        const text = await raw(`${head}\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n`);
        expect(/^location: (.*)$/im.exec(text)?.[1]).to.match(/^\/login/);
        expect(text).to.not.include('evil.example');
      }
    });
  });

  describe('as a request that no browser sends', () => {
    const rows: readonly (readonly [string, string, string, number])[] = [
      ['an address with a host', 'GET http://x/book HTTP/1.1', '', 200],
      ['an address with half a host', 'GET http://[::1/book HTTP/1.1', '', 404],
      ['a post to an address with half a host', 'POST http://a:b:c/book HTTP/1.1', 'Content-Length: 0', 404],
      ['no address', 'OPTIONS * HTTP/1.1', '', 404],
      ['HTTP/1.0', 'GET /reservation HTTP/1.0', '', 200],
      ['a body where there is none', 'GET /book HTTP/1.1', 'Content-Length: 3\r\n\r\na=b', 415],
      ['TRACE', 'TRACE /book HTTP/1.1', '', 405],
      ['QUERY', 'QUERY /book HTTP/1.1', '', 405],
      ['an upgrade', 'GET /book HTTP/1.1', 'Upgrade: websocket\r\nConnection: upgrade', 200],
      ['an expectation', 'GET /book HTTP/1.1', 'Expect: 100-continue', 200],
      ['an expectation that nobody has', 'GET /book HTTP/1.1', 'Expect: something-else', 417],
      ['a host that is none', 'GET /book HTTP/1.1', 'Host: [::', 200],
      ['cookies longer than headers may be', 'GET /book HTTP/1.1', `Cookie: a=${'b'.repeat(20_000)}`, 431],
    ];
    for (const [title, line, headers, status] of rows) {
      it(`with ${title} is answered with ${status}, and nobody else's page`, async () => {
        const own = `Host: x\r\nCookie: ${cookiesOf(traveller)}\r\nConnection: close\r\n`;
        const text = await raw(`${line}\r\n${own}${headers === '' ? '' : `${headers}\r\n`}\r\n`);
        expect(text.match(/^HTTP\/1\.1 [2-5]\d\d/gm)).to.deep.equal([`HTTP/1.1 ${status}`]);
        if (status === 200) expect(text).to.include(`>${traveller.username}<`);
        expect(unescaped(text)).to.equal(false);
      });
    }

    it('behind another of the same connection is answered in its turn, to whom it is from', async () => {
      const other = await app.traveller();
      const get = (path: string, cookies: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\nCookie: ${cookies}\r\n`;
      const [mine, theirs] = [cookiesOf(traveller), cookiesOf(other)];
      const sent = [get('/account', mine), get('/home', theirs), get('/book', mine), get('/home', 'a=b')];
      const answers = (await raw(`${sent.join('\r\n')}Connection: close\r\n\r\n`)).split('HTTP/1.1 200 ').slice(1);
      const names = [traveller.username, other.username];
      const seen = answers.map((text) => names.filter((name) => text.includes(name)));
      expect(seen).to.deep.equal([[traveller.username], [other.username], [traveller.username], []]);
    });
  });

  /** What the server says to bytes that no client library would send; all of it, or what came before it closed. */
  function raw(text: string): Promise<string> {
    const { hostname, port } = new URL(app.url);
    return new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect(Number(port), hostname, () => socket.write(text));
      socket.setEncoding('utf8').setTimeout(5000, () => socket.destroy());
      socket.on('data', (chunk: string) => (answer += chunk));
      socket.on('close', () => resolve(answer));
      socket.on('error', (error) => (answer === '' ? reject(error) : resolve(answer)));
    });
  }
});

describe('A form that is in order', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp({ env: { ...NO_LIMITS, ...MAIL } });
    await fillDay(app);
  });
  after(() => app.stop());

  for (const entry of forms.filter(({ accepted }) => accepted.length > 0)) {
    it(`and posts to ${entry.action} is accepted`, async () => {
      const own = entry.who === 'traveller' ? await app.traveller() : undefined;
      const client = own ?? app.client();
      const reference = own ? await bookedBy(own) : '';
      if (own) await withEveryForm(app, own);
      const [page, action] = [entry.page, entry.action].map((path) => path.replace(':reference', reference));
      const answer: Answer = await client.submit(page ?? '', action ?? '', entry.fields());
      expect(answer.status).to.equal(303);
    });
  }

  it('and changes the password or deletes the account is accepted with the right password', async () => {
    const client = await app.traveller();
    const next = 'another giraffe on the moon';
    const change = { current_password: PASSWORD, password: next, confirm_password: next };
    expect((await client.submit('/account', '/account/password', change)).status).to.equal(303);
    expect((await client.submit('/account', '/account/delete', { delete_password: next })).status).to.equal(303);
  });
});

/** The reference of a trip that is new. */
async function bookedBy(client: WebClient): Promise<string> {
  const trip = aTrip({ departure_date: '2034-04-04', return_date: '2034-04-05', destination: nextDestination() });
  const page = await client.follow(await client.submit('/book', '/book', trip));
  return /reservation\/([0-9A-Z]{8})\/ticket/.exec(page.text)?.[1] ?? '';
}

/** Takes all places of the departure for which the waiting list is offered. */
async function fillDay(app: TestApp): Promise<void> {
  for (let place = 0; place < 5; place++) {
    const client = await app.traveller();
    await client.submit('/book', '/book', aTrip({ departure_date: FULL_DAY, return_date: '2034-03-30' }));
  }
}

/** Gives the traveller a cancelled trip and an offer, so that the page of trips has all of its forms. */
async function withEveryForm(app: TestApp, client: WebClient & { readonly username: string }): Promise<void> {
  const trip = aTrip({ departure_date: '2034-05-05', return_date: '2034-05-06', destination: nextDestination() });
  await client.submit('/book', '/book', trip);
  const cancel = hiddenFields((await client.get('/reservation')).text, '/reservation');
  const [latest] = await app.rows('SELECT reference FROM booking ORDER BY id DESC LIMIT 1');
  await client.post('/reservation', { ...cancel, booking: String(latest?.reference) });
  await app.rows(
    "INSERT INTO departure VALUES ('kepler-452', '2034-06-06', 1, 1) ON DUPLICATE KEY UPDATE capacity = capacity + 1, booked = booked + 1",
  );
  await app.rows(
    `INSERT INTO waiting_list
       (reference, traveller_id, destination_id, destination_name, departure_date, return_date, age, previous_experience, blackhole_visit, offered_until)
     SELECT LPAD(id, 8, '0'), id, 'kepler-452', 'Kepler-452 System', '2034-06-06', '2034-06-07', 33, 0, 0, UTC_TIMESTAMP(3) + INTERVAL 1 DAY
     FROM traveller WHERE username = ?`,
    [client.username],
  );
}

let next = 0;

/** So that none becomes full. */
function nextDestination(): string {
  return DEFAULT_DESTINATIONS[next++ % DEFAULT_DESTINATIONS.length]?.name ?? '';
}

/** What is wrong with the answer to a form of which the rules see `seen`; where that is not known, what could never be right. */
function faultsOf({ status, body }: HttpAnswer, entry: FormEntry, seen: Seen | undefined): string[] {
  const faults: string[] = [];
  const alerts = [...body.matchAll(/^<div class="alert[^>]*>(.*)<\/div>$/gm)].map(([, inside = '']) => plain(inside));
  const messages = seen && entry.messages(seen);
  if (messages && messages.length > 0) {
    if (status !== 422) faults.push(`${status}, not 422`);
    if (alerts.join('|') !== messages.join('|')) faults.push(`says "${alerts.join('|')}", not "${messages.join('|')}"`);
  } else if (messages) {
    if (!entry.accepted.includes(status)) faults.push(`${status}: ${alerts.join('|')}`);
  } else if (![422, ...entry.accepted].includes(status)) faults.push(`${status}`);
  if (status !== 303 && alerts.length === 0) faults.push('no message');
  const named = [...body.matchAll(/^<div class="alert[^>]*><a href="#([^"]+)"/gm)].map(([, field = '']) => field);
  const whole = alerts[0]?.startsWith('Username and password') ? 1 : 0;
  if (status !== 303 && named.length + whole !== alerts.length) faults.push('a refusal that names no field');
  for (const field of named) if (!body.includes(`id="${field}_error"`)) faults.push(`no message at ${field}`);
  if (unescaped(body)) faults.push('not escaped');
  return faults;
}

/** Whether a payload became part of the page. */
function unescaped(html: string): boolean {
  return /<script|<img src=x|<%=|onerror=alert\(1\)>|\bat .*\.js:\d+/.test(html);
}

function plain(html: string): string {
  const text = html.replace(/<[^>]+>/g, '');
  return text
    .replace(/&#39;/g, "'")
    .replace(/&#34;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');
}

function sameMethods(allow: string | undefined, methods: readonly string[]): boolean {
  return allow?.split(', ').sort().join() === [...methods].sort().join();
}
