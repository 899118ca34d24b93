import { expect } from 'chai';
import { connect } from 'node:net';
import { hiddenFields, type WebClient } from './web-client.ts';
import { startApp, type TestApp } from './world.ts';

/**
 * What RFC 9110 and 9112 let proxies and clients do to a request line and to the headers that the code, or what it is built on,
 * reads. A row is a header that somebody may send, or a form of it, and what becomes of the request.
 */
describe('A request as proxies and clients may lawfully send it', () => {
  let app: TestApp;
  before(async () => (app = await startApp({ env: { TRUST_PROXY: 'loopback', LIMIT_LOG_IN: '3/1h' } })));
  after(() => app.stop());

  const host = () => new URL(app.url).host;

  /** Status, header lines and body of each answer on one connection, which the last request closes. */
  async function exchange(text: string): Promise<readonly { status: number; head: string; body: string }[]> {
    const { hostname, port } = new URL(app.url);
    const received = await new Promise<string>((resolve, reject) => {
      let answer = '';
      const socket = connect(Number(port), hostname, () => socket.write(text));
      socket.setEncoding('utf8').setTimeout(10_000, () => socket.destroy(new Error('no end of the answer')));
      socket.on('data', (chunk: string) => (answer += chunk));
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });
    return received.split(/(?=HTTP\/1\.1 \d{3} )/).map((answer) => {
      const [head = '', body = ''] = answer.split('\r\n\r\n');
      return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]), head, body };
    });
  }

  const get = (line: string, headers: readonly string[], body = '') =>
    exchange([line, `Host: ${host()}`, ...headers, 'Connection: close', '', body].join('\r\n'));

  let stylesheet = '';
  before(async () => {
    stylesheet = /href="(\/app\.[0-9a-f]+\.css)"/.exec((await app.client().get('/')).text)?.[1] ?? '';
  });

  describe('method and body', () => {
    const kinds: readonly (readonly [string, readonly string[], string])[] = [
      ['of length 0', ['Content-Length: 0'], ''],
      ['of length 0, with a type', ['Content-Length: 0', 'Content-Type: application/x-www-form-urlencoded'], ''],
      ['of length 0, with a strange type', ['Content-Length: 0', 'Content-Type: application/json'], ''],
      ['that is chunked and empty', ['Transfer-Encoding: chunked'], '0\r\n\r\n'],
      ['that is chunked, empty, and has trailers', ['Transfer-Encoding: chunked'], '0\r\nX-Checksum: 0\r\n\r\n'],
      [
        'that is chunked and empty, with a type',
        ['Transfer-Encoding: Chunked', 'Content-Type: text/plain'],
        '0\r\n\r\n',
      ],
    ];
    for (const [kind, headers, body] of kinds) {
      it(`answers a GET and a HEAD with a body ${kind} as any other`, async () => {
        const paths = ['/', '/login', '/departures', '/robots.txt', stylesheet];
        for (const line of [...paths.map((path) => `GET ${path}`), 'HEAD /about', `HEAD ${stylesheet}`]) {
          const [answer] = await get(`${line} HTTP/1.1`, headers, body);
          expect(answer?.status, line).to.equal(200);
        }
      });
    }

    it('takes a form that a proxy sends in chunks', async () => {
      const client = app.client();
      const fields = {
        ...hiddenFields((await client.get('/login')).text, '/login'),
        username: 'nobody-1',
        password: 'x',
      };
      const body = new URLSearchParams(fields).toString();
      const [first, rest] = [body.slice(0, 10), body.slice(10)];
      const chunks = [first, rest].map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('');
      const headers = [
        'Transfer-Encoding: chunked',
        'Content-Type: application/x-www-form-urlencoded;charset=UTF-8',
        `Cookie: ${cookiesOf(client)}`,
      ];
      const [answer] = await get('POST /login HTTP/1.1', headers, `${chunks}0\r\n\r\n`);
      expect(answer?.status).to.equal(422);
    });

    it('answers each of several requests of one connection, whatever body came before', async () => {
      const one = `GET /about HTTP/1.1\r\nHost: ${host()}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`;
      const last = `GET /home HTTP/1.1\r\nHost: ${host()}\r\nConnection: close\r\n\r\n`;
      expect((await exchange(one + one + last)).map(({ status }) => status)).to.deep.equal([200, 200, 200]);
    });
  });

  describe('Host and Origin', () => {
    const rows: readonly (readonly [string, string, Readonly<Record<string, string>>, boolean])[] = [
      ['the same', 'stars.example', { origin: 'http://stars.example' }, true],
      ['the default port of HTTP', 'stars.example:80', { origin: 'http://stars.example' }, true],
      ['the default port of HTTPS', 'stars.example:443', { origin: 'https://stars.example' }, true],
      ['the default port on the other side', 'stars.example', { origin: 'https://stars.example:443' }, true],
      ['capitals', 'Stars.Example', { origin: 'http://stars.example' }, true],
      ['a port of its own on both sides', 'stars.example:8443', { origin: 'https://stars.example:8443' }, true],
      ['an IPv6 address', '[2001:DB8::1]:80', { origin: 'http://[2001:db8::1]' }, true],
      ['a Referer, and no Origin', 'stars.example:443', { referer: 'https://stars.example/login?next=%2Fbook' }, true],
      ['Sec-Fetch-Site, whatever the Host', 'inside:5000', { 'sec-fetch-site': 'same-origin' }, true],
      [
        'the host that the proxy was asked',
        'inside',
        { 'x-forwarded-host': 'stars.example', origin: 'https://stars.example' },
        true,
      ],
      ['another port', 'stars.example:8443', { origin: 'https://stars.example:9443' }, false],
      ["another scheme's default port", 'stars.example:443', { origin: 'http://stars.example' }, false],
      ['another host', 'stars.example', { origin: 'https://evil.example' }, false],
      ['a host that begins alike', 'stars.example', { origin: 'https://stars.example.evil.example' }, false],
      ['an opaque origin', 'stars.example', { origin: 'null' }, false],
      ["another site's Referer", 'stars.example', { referer: 'https://evil.example/stars.example' }, false],
      ['no host', '', { origin: 'https://stars.example' }, false],
    ];
    for (const [what, name, headers, isTaken] of rows) {
      it(`${isTaken ? 'takes' : 'refuses'} a form with ${what}`, async () => {
        const client = app.client();
        const token = hiddenFields((await client.get('/login')).text, '/login');
        const body = new URLSearchParams({ ...token, username: '', password: '' }).toString();
        const lines = Object.entries({ ...headers, cookie: cookiesOf(client) }).map(
          ([key, value]) => `${key}: ${value}`,
        );
        const [answer] = await exchange(
          [
            'POST /login HTTP/1.1',
            `Host: ${name}`,
            ...lines,
            'Content-Type: application/x-www-form-urlencoded',
            `Content-Length: ${Buffer.byteLength(body)}`,
            'Connection: close',
            '',
            body,
          ].join('\r\n'),
        );
        expect(answer?.status).to.equal(isTaken ? 422 : 403);
      });
    }
  });

  describe('X-Forwarded-For', () => {
    let names = 0;
    /** The statuses of four wrong log-ins of one name, each with the next of these addresses. */
    const wrongLogIns = async (addresses: readonly string[]) => {
      const username = `nobody-at-all-${++names}`;
      const statuses: number[] = [];
      for (let at = 0; at < 4; at++) {
        const headers = { 'x-forwarded-for': addresses[at % addresses.length] ?? '' };
        const client = app.client();
        const token = hiddenFields((await client.get('/login', headers)).text, '/login');
        statuses.push((await client.post('/login', { ...token, username, password: 'wrong' }, headers)).status);
      }
      return statuses;
    };
    const rows: readonly (readonly [string, readonly string[], number])[] = [
      ['an address', ['203.0.113.7'], 429],
      [
        'an address, each time with another port',
        ['203.0.113.8:1001', '203.0.113.8:1002', '203.0.113.8', '203.0.113.8:9'],
        429,
      ],
      [
        'an IPv6 address with ports',
        ['[2001:db8:1::1]:1', '[2001:db8:1::1]:2', '2001:db8:1::1', '[2001:db8:1::1]'],
        429,
      ],
      ['an address, a proxy with a port behind it', ['203.0.113.9:1, 127.0.0.1:7', '203.0.113.9:2, 127.0.0.1:8'], 429],
      ['blanks, and without any', ['203.0.113.10 ,127.0.0.1', '203.0.113.10:5,127.0.0.1:5'], 429],
      ['each time another address', ['198.51.100.1', '198.51.100.2', '198.51.100.3', '198.51.100.4'], 422],
      ['another address with one port', ['198.51.100.5:7', '198.51.100.6:7', '198.51.100.7:7', '198.51.100.8:7'], 422],
    ];
    for (const [what, addresses, last] of rows) {
      it(`counts by ${what}`, async () => {
        expect(await wrongLogIns(addresses)).to.deep.equal([422, 422, 422, last]);
      });
    }
  });

  describe('any other header', () => {
    const rows: readonly (readonly [string, readonly string[], number])[] = [
      ['X-Forwarded-Proto with a list', ['X-Forwarded-Proto: https, http'], 200],
      ['X-Forwarded-Proto in capitals', ['X-Forwarded-Proto: HTTPS'], 200],
      ['Forwarded', ['Forwarded: for="[2001:db8::1]:4711";proto=https;host=stars.example'], 200],
      ['Accept of an image', ['Accept: image/png'], 200],
      ['Accept that takes nothing', ['Accept: text/html;q=0'], 200],
      ['Accept-Encoding that takes nothing', ['Accept-Encoding: identity;q=0, *;q=0'], 200],
      ['Accept-Encoding that is empty', ['Accept-Encoding:'], 200],
      ['Accept-Language and Accept-Charset', ['Accept-Language: tlh', 'Accept-Charset: koi8-r'], 200],
      ['Cookie in several lines', ['Cookie: a=1', 'Cookie: b=2'], 200],
      ['Cookie that is empty', ['Cookie:'], 200],
      ['Cookie with quotes, no value and no name', ['Cookie: a="1 2"; b; =c;;d=%'], 200],
      ['Expect', ['Expect: 100-continue'], 200],
      ['Range', ['Range: bytes=0-3'], 200],
      ['a Range that cannot be', ['Range: bytes=999999-'], 200],
      ['If-None-Match', ['If-None-Match: "x", W/"y"'], 200],
      ['If-Modified-Since', ['If-Modified-Since: Sun, 29 Nov 2026 00:00:00 GMT'], 200],
      ['If-Match, If-Range and If-Unmodified-Since', ['If-Match: *', 'If-Range: "x"', 'If-Unmodified-Since: x'], 200],
      ['Connection with names of headers', ['Connection: keep-alive, X-Hop', 'X-Hop: 1', 'TE: trailers'], 200],
      ['Content-Encoding without content', ['Content-Encoding: gzip'], 200],
      ['Upgrade', ['Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA'], 200],
      ['a priority and a trace', ['Priority: u=0, i', 'traceparent: 00-x-y-01', 'baggage: a=b'], 200],
      ['names in capitals and obsolete blanks', ['ACCEPT:   */*   ', 'COOKIE:\ta=b\t'], 200],
    ];
    for (const [what, headers, status] of rows) {
      it(`${what} changes nothing of a page`, async () => {
        for (const path of ['/', '/login', '/departures']) {
          const answers = await get(`GET ${path} HTTP/1.1`, headers);
          const final = answers.filter((answer) => answer.status !== 100);
          expect(final.map((answer) => answer.status)).to.deep.equal([status]);
          expect(final[0]?.body).to.include('</html>');
        }
      });
    }

    it('lets a file be asked for in parts, compressed or not, and again only where it has changed', async () => {
      const file = async (...headers: string[]) => {
        const [answer] = await get(`GET ${stylesheet} HTTP/1.1`, headers);
        return answer ?? { status: 0, head: '', body: '' };
      };
      expect((await file('Range: bytes=0-3')).status).to.equal(206);
      const beyond = await file('Accept-Encoding: br', 'Range: bytes=9999999-');
      expect(beyond.status).to.equal(416);
      expect(beyond.head.toLowerCase()).to.include('content-type: text/html').and.include('cache-control: no-store');
      expect(beyond.head.toLowerCase()).to.not.include('content-encoding');
      expect(beyond.body).to.include('</html>');
      expect((await file('Range: chapters=1')).status).to.equal(200);
      const rows: readonly (readonly [string, string | undefined])[] = [
        ['Accept-Encoding: br', 'br'],
        ['Accept-Encoding: GZIP', 'gzip'],
        ['Accept-Encoding: gzip;q=1.0, br;q=0', 'gzip'],
        ['Accept-Encoding: br;q=0, gzip;q=0', undefined],
        ['Accept-Encoding: brotli, xgzip', undefined],
        ['Accept-Encoding: identity', undefined],
        ['Accept-Encoding: *', 'br'],
      ];
      for (const [header, encoding] of rows) {
        const { status, head } = await file(header);
        expect(status, header).to.equal(200);
        expect(/^content-encoding: (.*)$/im.exec(head)?.[1], header).to.equal(encoding);
        expect(head).to.match(/^vary: .*accept-encoding/im);
      }
      const [, time = ''] = /^last-modified: (.*)$/im.exec((await file()).head) ?? [];
      expect((await file(`If-Modified-Since: ${time}`)).status).to.equal(304);
      expect((await file('If-Modified-Since: Sun, 29 Nov 1987 00:00:00 GMT')).status).to.equal(200);
      expect((await file('If-None-Match: "another"', `If-Modified-Since: ${time}`)).status).to.equal(200);
    });
  });
});

function cookiesOf({ cookies }: WebClient): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
}
