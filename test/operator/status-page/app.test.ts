import { expect } from 'chai';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { ApiError } from '../../../operator/runtime/client/api-error.ts';
import type { ApiRequest } from '../../../operator/runtime/client/api-client.ts';
import type { KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { systemClock, type Clock } from '../../../operator/runtime/clock.ts';
import {
  convergedObjects,
  put,
  startStatusPage,
  type StatusPage,
  type StatusPageWorld,
} from '../../support/status-page.ts';
import { aVacationApp } from '../../support/vacation-app.ts';

const condition = (type: string, status: string, reason: string): never =>
  ({ type, status, reason, message: `words of ${reason}`, observedGeneration: 1, lastTransitionTime: '2026-03-01T11:00:00Z' }) as never; // prettier-ignore

const milkyWay = aVacationApp({
  spec: { env: [{ name: 'SMTP_URL', value: 'marked-environment' }], replicas: 2 },
  metadata: { annotations: { 'example.com/note': 'marked-annotation' } },
  status: { observedGeneration: 1, conditions: [condition('Ready', 'True', 'Available')] },
});
const other = aVacationApp({
  metadata: { name: 'andromeda', namespace: 'secret-project', uid: 'u2' },
  status: {
    observedGeneration: 1,
    conditions: [condition('Ready', 'False', 'ImagePullFailed'), condition('Stalled', 'True', 'ImagePullFailed')],
  },
});
const markedSecret: KubeObject = {
  kind: 'FollowedSecret',
  metadata: { name: 'smtp', namespace: 'travel', labels: { 'interstellar.dev/watch': 'true' } },
  ...({ data: { key: Buffer.from('marked-secret').toString('base64') } } as object),
};
const OBJECTS = [...convergedObjects(milkyWay), other, markedSecret];

/** Jane may see the namespace travel, the operations team everything, and the token of the past is nobody's. */
interface Cluster {
  tokens: Record<string, { username: string }>;
  isAway: boolean;
  mayReview: boolean;
}

function answerOf(cluster: Cluster): (request: ApiRequest) => unknown {
  return ({ path, body }) => {
    if (cluster.isAway) throw new ApiError(503, 'ServiceUnavailable', 'away');
    const { spec = {} } = (body ?? {}) as { spec?: Spec };
    if (path.endsWith('/selfsubjectaccessreviews')) return { status: { allowed: cluster.mayReview } };
    if (path.endsWith('/tokenreviews')) {
      const user = cluster.tokens[spec.token ?? ''];
      return { status: { authenticated: user !== undefined, ...(user && { user }) } };
    }
    if (path.endsWith('/subjectaccessreviews')) {
      const { namespace = '' } = spec.resourceAttributes ?? {};
      return { status: { allowed: spec.user === 'ops' || (spec.user === 'jane' && namespace === 'travel') } };
    }
    return { items: [] };
  };
}

interface Spec {
  readonly token?: string;
  readonly user?: string;
  readonly resourceAttributes?: { readonly namespace?: string };
}

const SLOWEST = ['secret-project/andromeda', 'travel/milky-way'].map((key) => ({ key, ms: 900, ended: new Date(0) }));

/** Time in which the changes of a stream are gathered soon. */
const FAST: Clock = { ...systemClock, after: (_ms, run) => systemClock.after(10, run) };

const host = 'localhost:8082';

describe('the status page', () => {
  let page: StatusPage;
  const start = async (world: StatusPageWorld = {}): Promise<void> => {
    page = await startStatusPage({ objects: OBJECTS, ...world });
  };
  afterEach(() => page.stop());

  describe('on loopback without a token', () => {
    beforeEach(() => start());

    it('shows the list, an app, the operator, and what is not there', async () => {
      const list = await page.get('/', { host });
      expect(list.status).to.equal(200);
      expect(list.body).to.contain('andromeda').and.contain('milky-way').and.contain('words of ImagePullFailed');
      expect((await page.get('/?state=Stalled', { host })).body).not.to.contain('milky-way');
      const app = await page.get('/apps/travel/milky-way', { host });
      expect(app.status).to.equal(200);
      expect(app.body).to.contain('Everything is as declared');
      expect((await page.get('/operator', { host })).body).to.contain('This replica leads');
      expect((await page.get('/apps/travel/nothing', { host })).status).to.equal(404);
      expect((await page.get('/nowhere', { host })).status).to.equal(404);
    });

    it('asks the API server for nothing but events, when they are asked for', async () => {
      page.stop();
      const asked: string[] = [];
      await start({ answer: ({ path }) => (asked.push(path), { items: [] }) });
      for (const path of ['/', '/apps/travel/milky-way', '/operator']) await page.get(path, { host });
      expect(asked).to.deep.equal([]);
      expect((await page.get('/apps/travel/milky-way/events', { host })).status).to.equal(200);
      expect(asked).to.deep.equal(['/api/v1/namespaces/travel/events']);
    });

    it('says so where it has not read all events', async () => {
      page.stop();
      await start({ answer: () => ({ items: [], metadata: { continue: 'more' } }) });
      expect((await page.get('/apps/travel/milky-way/events', { host })).body).to.contain('some may be missing');
    });

    it('answers to no other host name, and to no request that was forwarded', async () => {
      const rebound = await page.get('/', { host: 'evil.example:8082' });
      expect(rebound.status).to.equal(421);
      expect(rebound.body).not.to.contain('milky-way');
      const forwarded = await page.get('/', { host, 'x-forwarded-for': '10.0.0.9' });
      expect(forwarded.status).to.equal(403);
      expect(forwarded.body).not.to.contain('milky-way');
      expect((await page.get('/stream?of=list', { host, 'x-forwarded-for': '10.0.0.9' })).status).to.equal(403);
    });

    it('shows no content of Secrets, environment variables or foreign annotations', async () => {
      const paths = ['/', '/apps/travel/milky-way', '/apps/travel/milky-way/events', '/operator', '/?text=marked'];
      const secrets = OBJECTS.filter(({ kind }) => kind?.endsWith('Secret')).flatMap((secret) =>
        Object.values((secret as { data?: Record<string, string> }).data ?? {}),
      );
      const words = [...secrets, ...secrets.map((text) => Buffer.from(text, 'base64').toString()), 'marked-'];
      page.stop();
      await start({ answer: () => ({ items: [] }) });
      for (const path of paths) {
        const { body } = await page.get(path, { host });
        const text = body.replace('value="marked"', '');
        for (const word of words) expect(text, path).not.to.contain(word);
      }
    });

    it('runs no script but its own, is kept in no cache, and asks for a refresh only when told to', async () => {
      const { headers, body } = await page.get('/', { host });
      expect(headers['content-security-policy']).to.contain("default-src 'none'").and.not.contain('unsafe');
      expect(headers['cache-control']).to.equal('no-store');
      expect(headers.refresh).to.equal(undefined);
      expect(body).not.to.match(/<script>| style=| on\w+=/);
      expect((await page.get('/?refresh=15', { host })).headers.refresh).to.equal('15');
      expect((await page.get('/?refresh=0', { host })).headers.refresh).to.equal(undefined);
      for (const [, path = ''] of body.matchAll(/(?:src|href)="(\/[^"]*\?v=[^"]*)"/g)) {
        expect((await page.get(path, { host })).status, path).to.equal(200);
      }
    });

    it('offers each page again and again, without scripts', async () => {
      page.stop();
      await start({ answer: () => ({ items: [] }) });
      for (const path of ['/', '/operator', '/apps/travel/milky-way', '/apps/travel/milky-way/events']) {
        expect((await page.get(path, { host })).body, path).to.contain(`href="${path}?refresh=15"`);
        expect((await page.get(`${path}?refresh=15`, { host })).headers.refresh, path).to.equal('15');
      }
    });

    it('answers for itself where the API server refuses the operator, and says nothing of its words', async () => {
      const refuse = (status: number) => () => {
        throw new ApiError(status, 'Forbidden', 'marked words of the API server');
      };
      for (const status of [403, 404, 429]) {
        page.stop();
        await start({ answer: refuse(status) });
        const events = await page.get('/apps/travel/milky-way/events', { host });
        expect(events.status, 'where the refusal is expected').to.equal(503);
        page.stop();
        await start({ state: { servedGroups: { has: refuse(status) } as never } });
        const app = await page.get('/apps/travel/milky-way', { host });
        expect(app.status, 'where it is not').to.equal(500);
        for (const { body } of [events, app]) expect(body).not.to.match(/marked|Forbidden/);
      }
    });

    it('is not there before the caches are filled', async () => {
      page.stop();
      await start({ state: { isFilled: false } });
      const { status, headers, body } = await page.get('/apps/travel/milky-way', { host });
      expect([status, headers.refresh]).to.deep.equal([503, '5']);
      expect(body).to.contain('is starting');
    });
  });

  describe('with tokens', () => {
    let cluster: Cluster;
    let logged: string[];
    const cookieOf = async (token: string): Promise<string> => {
      const { status, headers } = await page.post('/sign-in', { token, next: '/' }, { host });
      expect(status).to.equal(303);
      return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    };

    beforeEach(async () => {
      cluster = {
        tokens: { 'token-of-jane': { username: 'jane' }, 'token-of-ops': { username: 'ops' } },
        isAway: false,
        mayReview: true,
      };
      logged = [];
      const log = (message: string, fields: object = {}): void => void logged.push(message + JSON.stringify(fields));
      await start({
        answer: answerOf(cluster),
        log: { info: log, warn: log, error: log, debug: log },
        streamCheckMs: 20,
        clock: FAST,
        state: { controllers: [{ name: 'vacationapp', depth: 0, unfinishedMs: [], slowest: SLOWEST }] },
        env: { STATUS_PAGE_ACCESS: '', STATUS_PAGE_HOSTS: 'status.example.com' },
      });
    });

    it('lets nobody in on loopback', async () => {
      const { status, headers, body } = await page.get('/apps/travel/milky-way?refresh=5', { host });
      expect([status, body.includes('milky-way/')]).to.deep.equal([303, false]);
      expect(headers.location).to.equal('/sign-in?next=%2Fapps%2Ftravel%2Fmilky-way%3Frefresh%3D5');
      expect((await page.get('/sign-in', { host })).body).to.contain('Kubernetes token');
      expect((await page.get('/stream?of=list', { host })).status).to.equal(401);
    });

    it('is on loopback alone while the operator may not review', async () => {
      page.stop();
      cluster.mayReview = false;
      await start({ answer: answerOf(cluster), env: { STATUS_PAGE_ACCESS: '' } });
      expect((await page.get('/', { host })).status).to.equal(200);
      expect((await page.get('/', { host, 'x-forwarded-for': '10.0.0.9' })).status).to.equal(403);
    });

    it('lets nobody in while the API server does not answer', async () => {
      cluster.isAway = true;
      const { status, body } = await page.get('/', { host });
      expect(status).to.equal(503);
      expect(body).not.to.contain('milky-way');
      const form = await page.post('/sign-in', { token: 'token-of-jane' }, { host });
      expect([form.status, form.headers.refresh], 'a form comes back to a page').to.deep.equal([503, '5; url=/']);
    });

    it('has a session in a cookie that scripts cannot read and other sites do not send', async () => {
      const { headers } = await page.post('/sign-in', { token: 'token-of-jane', next: '/operator' }, { host });
      expect(headers.location).to.equal('/operator');
      const [cookie = ''] = headers['set-cookie'] ?? [];
      expect(cookie).to.match(/^vacation-status-[0-9a-f]{8}=[\w-]{43}; Max-Age=3600; Path=\/; Expires=.*; HttpOnly; SameSite=Lax$/); // prettier-ignore
      expect(cookie).not.to.contain('token-of-jane');
      const elsewhere = await page.post('/sign-in', { token: 'token-of-jane' }, { host: 'status.example.com' });
      expect(elsewhere.headers['set-cookie']?.[0]).to.match(
        /^__Host-vacation-status-.*; HttpOnly; Secure; SameSite=Lax$/,
      );
    });

    it('refuses a wrong token, a form of another site, and too many attempts', async () => {
      const wrong = await page.post('/sign-in', { token: 'wrong-token' }, { host });
      expect(wrong.status).to.equal(401);
      expect(wrong.body).to.contain('does not accept').and.not.contain('wrong-token');
      const forged = await page.post('/sign-in', { token: 'token-of-jane' }, { host, 'sec-fetch-site': 'cross-site' });
      expect(forged.status).to.equal(403);
      expect(forged.headers['set-cookie']).to.equal(undefined);
      const statuses: number[] = [];
      for (let count = 0; count < 20; count += 1) {
        statuses.push((await page.post('/sign-in', { token: 'wrong-token' }, { host })).status);
      }
      expect(statuses.at(-1)).to.equal(429);
    });

    it('shows somebody with rights in one namespace that one, and nothing of others', async () => {
      const cookie = await cookieOf('token-of-jane');
      const list = await page.get('/', { host, cookie });
      expect(list.body).to.contain('milky-way');
      for (const path of ['/', '/?text=andromeda', '/?state=Stalled', '/operator']) {
        const { body } = await page.get(path, { host, cookie });
        expect(body.replaceAll(/(value="|text=)andromeda/g, ''), path).not.to.match(
          /andromeda|secret-project|ImagePullFailed/,
        );
      }
      const [forbidden, absent] = await Promise.all(
        ['/apps/secret-project/andromeda', '/apps/secret-project/nothing'].map((path) =>
          page.get(path, { host, cookie }),
        ),
      );
      expect(forbidden?.status).to.equal(404);
      expect(forbidden?.body).to.equal(absent?.body);
      expect(forbidden?.body).not.to.contain('andromeda');
      const streams = ['andromeda', 'nothing'].map((name) => `/stream?of=app&namespace=secret-project&name=${name}`);
      const [closed, none] = await Promise.all(streams.map((path) => page.get(path, { host, cookie })));
      expect([closed?.status, closed?.body]).to.deep.equal([none?.status, none?.body]);
      expect(closed?.status).to.equal(404);
      expect((await page.get('/', { host, cookie: await cookieOf('token-of-ops') })).body).to.contain('andromeda');
    });

    it('counts only the attempts that fail', async () => {
      for (let count = 0; count < 21; count += 1) await cookieOf('token-of-jane');
    });

    it('ends a session with the sign-out', async () => {
      const cookie = await cookieOf('token-of-jane');
      expect((await page.get('/', { host, cookie })).status).to.equal(200);
      expect((await page.post('/sign-out', {}, { host, cookie, 'sec-fetch-site': 'cross-site' })).status).to.equal(403);
      expect((await page.get('/', { host, cookie })).status).to.equal(200);
      expect((await page.post('/sign-out', {}, { host, cookie })).status).to.equal(303);
      expect((await page.get('/', { host, cookie })).status).to.equal(303);
    });

    it('clears the cookies of all replicas with the sign-out, and no others', async () => {
      const cookie = `${await cookieOf('token-of-jane')}; vacation-status-00000000=x; theme=dark`;
      const { headers } = await page.post('/sign-out', {}, { host, cookie });
      const cleared = (headers['set-cookie'] ?? []).map((text) => text.split('=')[0]);
      expect(cleared).to.have.length(2).and.include('vacation-status-00000000');
    });

    it('streams changes of what the viewer may see, and nothing of others', async () => {
      const cookie = await cookieOf('token-of-jane');
      const stream = await openStream(page.port, '/stream?of=list', cookie);
      put(page.stores, other, 1_000);
      put(page.stores, milkyWay, 1_001);
      await stream.says('event: changed');
      expect(stream.said()).not.to.match(/andromeda|milky-way|secret-project/);
      stream.end();
      const quiet = await openStream(page.port, '/stream?of=list', cookie);
      put(page.stores, other, 1_002);
      await quiet.says(':\n\n:\n\n:\n\n');
      expect(quiet.said()).not.to.contain('changed');
      quiet.end();
    });

    it('tells the stream of an app of its children, and not of other apps', async () => {
      const cookie = await cookieOf('token-of-ops');
      const stream = await openStream(page.port, '/stream?of=app&namespace=travel&name=milky-way', cookie);
      const service = OBJECTS.find(({ kind }) => kind === 'Service');
      if (service) put(page.stores, service, 2_000);
      await stream.says('event: changed');
      stream.end();
    });

    it('logs each kind of refusal once a minute, and not whom it refuses', async () => {
      const cookie = await cookieOf('token-of-jane');
      const streams = await Promise.all(
        Array.from({ length: 10 }, () => openStream(page.port, '/stream?of=list', cookie)),
      );
      for (const status of [429, 429]) expect((await page.get('/stream?of=list', { host, cookie })).status).to.equal(status); // prettier-ignore
      for (const stream of streams) stream.end();
      cluster.isAway = true;
      for (const status of [503, 503]) expect((await page.post('/sign-in', { token: 'token-of-ops' }, { host })).status).to.equal(status); // prettier-ignore
      expect(logged).to.have.length(2);
      expect(logged[0]).to.contain('too many streams');
      expect(logged.join()).not.to.match(/jane|token-of|vacation-status/);
    });

    it('ends a stream when somebody signs out', async () => {
      const cookie = await cookieOf('token-of-jane');
      const stream = await openStream(page.port, '/stream?of=list', cookie);
      await page.post('/sign-out', {}, { host, cookie });
      await stream.says('event: ended');
      await stream.ended;
    });
  });

  it('takes the identity of a proxy that knows the secret, and of nobody else', async () => {
    const cluster = { tokens: {}, isAway: false, mayReview: true };
    const secret = 'the-secret-of-the-proxy';
    await start({ answer: answerOf(cluster), env: { STATUS_PAGE_ACCESS: '', STATUS_PAGE_PROXY_SECRET: secret } });
    const proxied = { host, 'x-proxy-secret': secret, 'x-remote-user': 'jane', 'x-forwarded-for': '10.0.0.9' };
    const { status, body } = await page.get('/', proxied);
    expect(status).to.equal(200);
    expect(body).to.contain('milky-way').and.contain('jane').and.not.contain('andromeda').and.not.contain(secret);
    expect((await page.get('/', { ...proxied, 'x-proxy-secret': 'wrong' })).status).to.equal(303);
    expect((await page.get('/', { host })).status, 'loopback').to.equal(303);
  });
});

/** A stream, and what it has said so far. */
async function openStream(port: number, path: string, cookie: string) {
  const asked = request({ port, host: '127.0.0.1', path, headers: { host, cookie }, agent: false });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  expect(response.statusCode).to.equal(200);
  expect(response.headers['content-type']).to.equal('text/event-stream');
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const ended = once(response, 'end');
  return {
    said: () => text,
    ended,
    async says(words: string) {
      while (!text.includes(words)) await Promise.race([once(response, 'data'), ended]);
    },
    end: () => asked.destroy(),
  };
}
