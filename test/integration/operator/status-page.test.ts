import { expect } from 'chai';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo, Server } from 'node:net';
import { request, type IncomingMessage } from 'node:http';
import { GROUP } from '../../../operator/api/vacation-app.ts';
import { readConfig } from '../../../operator/config.ts';
import { createOperator } from '../../../operator/manager.ts';
import type { ApiClient } from '../../../operator/runtime/client/api-client.ts';
import { pathOf, type Kind, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { createRuntimeMetrics } from '../../../operator/runtime/telemetry/metrics.ts';
import { createStatusPage, type StatusPageOptions } from '../../../operator/status-page/status-page.ts';
import { SECRET, SERVICE_ACCOUNT } from '../../../operator/vacation-app/kinds.ts';
import { root } from '../../../scripts/cluster/paths.ts';
import { createKubectl } from '../../support/kubectl.ts';
import { ask, type Answer } from '../../support/status-page.ts';
import { startAuthenticatingProxy } from '../../support/traefik.ts';
import { createWorld, eventually, type Scene, type World } from './world.ts';

const ROLE_BINDING: Kind = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', plural: 'rolebindings' };
const ROLE: Kind = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', plural: 'roles' };
const CLUSTER_BINDING: Kind = { ...ROLE_BINDING, kind: 'ClusterRoleBinding', plural: 'clusterrolebindings' };

const MARK = 'marked-value';

describe('the status page on a real API server', function () {
  this.timeout(120_000);
  let world: World;
  let travel: Scene;
  let hidden: Scene;
  let server: Server;
  let port: number;
  let replica: StatusPageOptions;
  const logged: string[] = [];
  const stop = new AbortController();
  let ended: Promise<void>;

  before(async function () {
    this.timeout(600_000);
    world = await createWorld({ auditReads: true });
    const kubectl = createKubectl(world.server.kubectl);
    await kubectl(['apply', '--server-side', '--kustomize', `${root}/config/default`]);
    travel = await world.scene('travel');
    hidden = await world.scene('hidden');
    const client = world.client(await tokenOf('vacation-system', 'vacation-operator'));
    await eventually('the operator may review', () => mayReview(client), Boolean);
    ({ server, port } = await startReplica(client));
    await declareMarked(travel, 'milky-way');
    await declareMarked(hidden, 'andromeda');
    await travel.comesUp('milky-way');
    // A database without a pod would make the operator read events.
    await hidden.comesUp('andromeda');
    await makeViewer('jane', travel.namespace);
    await eventually('jane may look', () => mayLook('jane', travel.namespace), Boolean);
  });

  after(async () => {
    server.close();
    stop.abort();
    await ended;
    await world.stop();
  });

  /** A replica with its page, under the rights that are installed. */
  async function startReplica(client: ApiClient): Promise<{ server: Server; port: number }> {
    const write = (message: string, fields?: object): void => void logged.push(`${message} ${JSON.stringify(fields)}`);
    const log = { info: write, warn: write, error: write, debug: write };
    const config = readConfig({ LEADER_ELECTION: 'false', WEBAPP_IMAGE: 'webapp:1', MYSQL_IMAGE: 'mysql:1' });
    const operator = createOperator({ client, config, metrics: createRuntimeMetrics('vacationapp'), log });
    replica = { state: operator.state, client, config, log };
    const page = createStatusPage(replica);
    ended = operator.run(stop.signal);
    const listening = page.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    await eventually('the caches are filled', () => Promise.resolve(operator.state.isFilled), Boolean);
    return { server: listening, port: (listening.address() as AddressInfo).port };
  }

  /** Values that nobody may see, in a Secret, an environment variable and annotations of others. */
  async function declareMarked(scene: Scene, name: string): Promise<void> {
    const labels = { 'interstellar.dev/watch': 'true' };
    const data = { password: Buffer.from(`${MARK}-of-a-secret`).toString('base64') };
    await scene.create(SECRET, { metadata: { name: 'smtp', labels }, data });
    const valueFrom = { secretKeyRef: { name: 'smtp', key: 'password' } };
    const env = [{ name: 'PLAIN', value: `${MARK}-of-a-variable` }, { name: 'FROM_SECRET', valueFrom }]; // prettier-ignore
    const annotations = { 'example.com/note': `${MARK}-of-an-annotation` };
    await scene.declare(name, { env, inheritedMetadata: { annotations } }, annotations);
    await scene.child(SECRET, `${name}-credentials`);
  }

  async function makeViewer(name: string, namespace: string): Promise<void> {
    await post(SERVICE_ACCOUNT, 'vacation-system', { metadata: { name } });
    const subjects = [{ kind: 'ServiceAccount', name, namespace: 'vacation-system' }];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'vacationapp-viewer' };
    await post(ROLE_BINDING, namespace, { metadata: { name }, roleRef, subjects });
  }

  const post = ({ apiVersion, kind, plural }: Kind, namespace: string, object: object): Promise<KubeObject> =>
    world.admin.request({
      method: 'POST',
      path: pathOf({ apiVersion, kind, plural }, namespace),
      body: { apiVersion, kind, ...object },
    });

  async function tokenOf(namespace: string, name: string): Promise<string> {
    const { status } = await world.admin.request<{ status: { token: string } }>({
      method: 'POST',
      path: pathOf(SERVICE_ACCOUNT, namespace, name, 'token'),
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3_600 } },
    });
    return status.token;
  }

  async function mayReview(client: ApiClient): Promise<boolean> {
    const { status } = await client.request<{ status: { allowed: boolean } }>({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { group: 'authentication.k8s.io', resource: 'tokenreviews', verb: 'create' } },
      },
    });
    return status.allowed;
  }

  /** What the API server says by now: it takes some moments for a RoleBinding to hold. */
  async function mayLook(name: string, namespace: string): Promise<boolean> {
    const resourceAttributes = { namespace, group: GROUP, resource: 'vacationapps', verb: 'list' };
    const { status } = await world.admin.request<{ status: { allowed: boolean } }>({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: { user: `system:serviceaccount:vacation-system:${name}`, resourceAttributes },
      },
    });
    return status.allowed;
  }

  const host = 'localhost';
  const get = (path: string, cookie = ''): Promise<Answer> => ask(port, 'GET', path, { host, cookie });

  async function signIn(token: string): Promise<Answer> {
    const headers = { host, 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };
    return ask(port, 'POST', '/sign-in', headers, new URLSearchParams({ token }).toString());
  }

  async function cookieOf(name: string): Promise<string> {
    const { status, headers } = await signIn(await tokenOf('vacation-system', name));
    expect(status).to.equal(303);
    return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  }

  it('asks for a token, on loopback too, and answers the stream with 401', async () => {
    for (const path of ['/', '/operator', `/apps/${travel.namespace}/milky-way`]) {
      const { status, headers, body } = await get(path);
      expect(status, path).to.equal(303);
      expect(headers.location).to.match(/^\/sign-in/);
      expect(body).not.to.contain('milky-way ');
    }
    expect((await get('/stream?of=list')).status).to.equal(401);
    expect((await signIn('not-a-token')).status).to.equal(401);
  });

  it('shows somebody with rights in one namespace that one, and nothing of others', async () => {
    const cookie = await cookieOf('jane');
    const list = await get('/', cookie);
    expect(list.body).to.contain('milky-way').and.contain(travel.namespace);
    const { namespace } = hidden;
    for (const path of ['/', '/?state=New', `/?namespace=${travel.namespace}`, '/operator']) {
      const { body } = await get(path, cookie);
      expect(body, path).not.to.match(new RegExp(`andromeda|${namespace}`));
    }
    const absent = await get(`/apps/${namespace}/nothing`, cookie);
    const forbidden = await get(`/apps/${namespace}/andromeda`, cookie);
    expect([forbidden.status, forbidden.body]).to.deep.equal([404, absent.body]);
    const events = await get(`/apps/${namespace}/andromeda/events`, cookie);
    expect([events.status, events.body]).to.deep.equal([404, absent.body]);
    expect((await get(`/stream?of=app&namespace=${namespace}&name=andromeda`, cookie)).status).to.equal(404);
  });

  it('shows somebody who may get one app by name that app, and no list', async () => {
    await post(SERVICE_ACCOUNT, 'vacation-system', { metadata: { name: 'one' } });
    const rules = [{ apiGroups: ['interstellar.dev'], resources: ['vacationapps'], resourceNames: ['milky-way'], verbs: ['get'] }]; // prettier-ignore
    await post(ROLE, travel.namespace, { metadata: { name: 'one' }, rules });
    const subjects = [{ kind: 'ServiceAccount', name: 'one', namespace: 'vacation-system' }];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'one' };
    await post(ROLE_BINDING, travel.namespace, { metadata: { name: 'one' }, roleRef, subjects });
    const cookie = await cookieOf('one');
    await eventually(
      'the app is shown',
      () => get(`/apps/${travel.namespace}/milky-way`, cookie),
      ({ status }) => status === 200,
      60_000,
    );
    expect((await get('/', cookie)).body).to.contain('There are no apps that you may see');
  });

  it('shows the operations team everything, and what the operator has done', async () => {
    await post(SERVICE_ACCOUNT, 'vacation-system', { metadata: { name: 'ops' } });
    const subjects = [{ kind: 'ServiceAccount', name: 'ops', namespace: 'vacation-system' }];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'vacationapp-viewer' };
    await post(CLUSTER_BINDING, '', { metadata: { name: 'ops' }, roleRef, subjects });
    const cookie = await cookieOf('ops');
    await eventually('all are listed', () => get('/', cookie), ({ body }) => body.includes('andromeda'), 60_000); // prettier-ignore
    const { body } = await get('/operator', cookie);
    expect(body).to.contain('This replica leads').and.contain(`${travel.namespace}/milky-way`);
    const app = await get(`/apps/${travel.namespace}/milky-way`, cookie);
    expect(app.body).to.contain('milky-way-mysql').and.contain('1 of 1 ready');
    expect((await get(`/apps/${travel.namespace}/milky-way/events`, cookie)).body).to.contain('The app serves');
  });

  it('serves and logs no content of Secrets, environment variables or annotations of others, and no token', async () => {
    const token = await tokenOf('vacation-system', 'jane');
    const cookie = (await signIn(token)).headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    const secrets = await travel.list<KubeObject & { data?: Record<string, string> }>(SECRET);
    const values = secrets.flatMap(({ data = {} }) => Object.values(data));
    const words = [...values, ...values.map((value) => Buffer.from(value, 'base64').toString()), MARK, token];
    expect(words).to.have.length.above(6);
    const app = `/apps/${travel.namespace}/milky-way`;
    const served = [logged.join('\n')];
    for (const path of ['/', app, `${app}/events`, '/operator', '/sign-in', '/nowhere', `${app}/nowhere`]) {
      const { body, headers } = await get(path, cookie);
      served.push(body + JSON.stringify(headers));
    }
    for (const word of words) expect(served.filter((text) => text.includes(word))).to.deep.equal([]);
  });

  it('ends the stream and the session within a minute after the token was revoked', async () => {
    const cookie = await cookieOf('jane');
    const asked = request({ port, path: '/stream?of=list', headers: { host, cookie }, agent: false });
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    let said = '';
    response.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
    await travel.patch({ apiVersion: 'interstellar.dev/v1alpha1', kind: 'VacationApp', plural: 'vacationapps' }, 'milky-way', { metadata: { labels: { seen: 'yes' } } }); // prettier-ignore
    await once(response, 'data');
    await world.admin.request({ method: 'DELETE', path: pathOf(SERVICE_ACCOUNT, 'vacation-system', 'jane') });
    const revoked = performance.now();
    await once(response, 'end');
    expect(performance.now() - revoked).to.be.below(60_000);
    expect(said).to.contain('event: ended').and.not.contain('milky-way');
    expect((await get('/', cookie)).status).to.equal(303);
  });

  it('takes the identity of a user from an authenticating proxy, whatever that user sends', async function () {
    this.timeout(600_000);
    const secret = 'the-secret-of-the-proxy';
    const statusPage = { ...replica.config.statusPage, proxySecret: secret };
    const behind = createStatusPage({ ...replica, config: { ...replica.config, statusPage } }).listen(0, '127.0.0.1');
    await once(behind, 'listening');
    const subjects = [{ kind: 'User', name: 'ada', apiGroup: 'rbac.authorization.k8s.io' }];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'vacationapp-viewer' };
    await post(ROLE_BINDING, travel.namespace, { metadata: { name: 'ada' }, roleRef, subjects });
    const proxy = await startAuthenticatingProxy({
      target: `http://127.0.0.1:${(behind.address() as AddressInfo).port}`,
      users: { ada: 'pass-of-ada' },
      userHeader: 'X-Remote-User',
      headers: { 'X-Proxy-Secret': secret, 'X-Remote-Group': '' },
    });
    try {
      const authorization = `Basic ${Buffer.from('ada:pass-of-ada').toString('base64')}`;
      const forged = { 'x-remote-user': 'system:admin', 'x-remote-group': 'system:masters', 'x-proxy-secret': 'wrong' };
      const answer = await ask(proxy.port, 'GET', '/', { host, authorization, ...forged });
      expect(answer.status).to.equal(200);
      expect(answer.body)
        .to.contain('milky-way')
        .and.contain('ada')
        .and.not.match(/andromeda|pass-of|the-secret/);
      expect((await ask(proxy.port, 'GET', '/', { host })).status).to.equal(401);
      const { port: direct } = behind.address() as AddressInfo;
      expect((await ask(direct, 'GET', '/', { host, ...forged })).status, 'past the proxy').to.equal(303);
    } finally {
      await proxy.stop();
      behind.close();
    }
  });

  it('asks for reviews by the rights of its own ClusterRole alone, and for nothing while nobody looks', async () => {
    const lines = async (): Promise<string[]> =>
      (await readFile(world.server.auditLog, 'utf8')).split('\n').filter((line) => line.includes('vacation-operator"'));
    const of = (resource: string, all: readonly string[]): number =>
      all.filter((line) => line.includes(`"resource":"${resource}"`)).length;
    const before = await lines();
    expect(of('tokenreviews', before)).to.be.above(2);
    expect(of('subjectaccessreviews', before)).to.be.above(2);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const after = await lines();
    for (const resource of ['tokenreviews', 'subjectaccessreviews', 'selfsubjectaccessreviews', 'events']) {
      expect(of(resource, after), resource).to.equal(of(resource, before));
    }
  });
});
