import { Agent } from 'node:https';
import { networkInterfaces } from 'node:os';
import { expect } from 'chai';
import { createAuthority, issue } from '../../scripts/cluster/certificates.ts';
import { gatewayApiCrds } from '../support/gateway-api.ts';
import { type Answer, ask } from '../support/http.ts';
import { HttpTraveller } from '../support/http-traveller.ts';
import { eventually } from '../support/kubectl.ts';
import { aTraveller, aTrip } from '../support/traveller.ts';
import { AppIn, Place } from './apps.ts';
import { HTTPS_PORT, installTraefik, removeTraefik, TRAEFIK } from './traefik.ts';
import { world } from './world.ts';

const GATEWAY_API = 'gateway.networking.k8s.io/v1';
const SECRET = 'book-tls';
const HOSTS = { ingress: 'ingress.example.test', gateway: 'gateway.example.test' };
const FAILURES = 3;

const WAYS = [
  {
    name: 'an Ingress',
    host: HOSTS.ingress,
    spec: { ingress: { host: HOSTS.ingress, className: TRAEFIK, tlsSecretName: SECRET } },
  },
  {
    name: 'an HTTPRoute',
    host: HOSTS.gateway,
    spec: {
      gateway: {
        parentRefs: [{ name: 'public', namespace: TRAEFIK, sectionName: 'https' }],
        hostnames: [HOSTS.gateway],
      },
    },
  },
];

describe('an app behind a real proxy with TLS', function () {
  this.timeout(5 * 60_000);
  const authority = createAuthority('authority of the test');
  let traefik: Place;
  let place: Place;
  let app: AppIn;

  before(async () => {
    await kubectlOf('apply', await gatewayApiCrds());
    const kinds = ['gatewayclasses', 'gateways', 'httproutes'];
    const crds = kinds.map((kind) => `crd/${kind}.gateway.networking.k8s.io`);
    await world().kubectl(['wait', '--for=condition=Established', '--timeout=60s', ...crds]);
    traefik = await installTraefik();
    place = await Place.make('exposed');
    for (const each of [place, traefik]) await each.apply(certificate());
    await traefik.apply(gateway());
    app = new AppIn(place, 'exposed');
  });

  after(async () => {
    await place.remove();
    await removeTraefik(traefik);
    await kubectlOf('delete', await gatewayApiCrds());
  });

  /** A client of the load balancer, from the address that this machine has towards the node, or from another one. */
  const client = (localAddress?: string): Agent =>
    new Agent({
      ca: authority.certificate,
      host: world().nodeAddress,
      port: 443,
      ...(localAddress === undefined ? {} : { localAddress }),
    });

  for (const { name, host, spec } of WAYS) {
    describe(`through ${name}`, () => {
      const url = `https://${host}`;

      it('tells its address once that is served', async () => {
        await app.declare({
          service: { type: 'ClusterIP' },
          env: [{ name: 'LIMIT_LOG_IN_ADDRESS', value: `${FAILURES}/1h` }],
          ...spec,
        });
        await app.ready();
        const { status } = await app.with('Exposed', 'True', 'Available');
        expect(status?.url).to.equal(url);
        await eventually(
          `${url} answers`,
          30_000,
          () => ask(`${url}/about`, { agent: client() }),
          (answer) => answer.status === 200,
        );
      });

      it('takes bookings over HTTPS: cookies for this host alone, no link and no redirect to anywhere else', async () => {
        const traveller = new HttpTraveller(url, { agent: client() });
        await traveller.signUp(aTraveller());
        await traveller.book(aTrip({ destination: 'Kepler-452 System' }));
        const { headers, body } = await traveller.get('/reservation');
        expect(body).to.contain('Kepler-452 System').and.not.contain('http://');
        expect(headers['strict-transport-security']).to.contain('max-age=');
        for (const cookie of traveller.cookies.keys()) expect(cookie).to.match(/^__Host-/);
        const form = await ask(`${url}/login`, { agent: client() });
        expect(form.headers['set-cookie']).to.have.length.above(0);
        for (const line of form.headers['set-cookie'] ?? []) expect(line).to.contain('; Secure');
        const sentAway = await ask(`${url}/reservation`, { agent: client() });
        expect(new URL(sentAway.headers.location ?? '', url).origin).to.equal(url);
      });

      it('counts log-ins by the address of the client, whatever address it claims to have', async () => {
        const attempts = Array.from({ length: FAILURES + 1 }, (_, index) => index);
        const guesses: Answer[] = [];
        for (const index of attempts) guesses.push(await guess(url, client(otherAddress()), `203.0.113.${index}`));
        expect(guesses.at(-1)?.status).to.equal(429);
        expect(guesses.at(-1)?.headers['retry-after']).to.match(/^\d+$/);
        expect((await guess(url, client())).status).to.equal(422);
      });
    });
  }

  /** An address of this machine outside of the node's network. */
  function otherAddress(): string {
    const network = world().nodeAddress.replace(/\d+$/, '');
    const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    const found = all.find(
      ({ family, internal, address }) => family === 'IPv4' && !internal && !address.startsWith(network),
    );
    if (!found) throw new Error('this machine has no second address');
    return found.address;
  }

  /** A log-in that fails, under a name that nobody has. */
  function guess(url: string, agent: Agent, claimed?: string): Promise<Answer> {
    const { username, password } = aTraveller();
    const headers = claimed === undefined ? {} : { 'x-forwarded-for': claimed, 'x-real-ip': claimed };
    return new HttpTraveller(url, { agent, headers }).submit('/login', { username, password });
  }

  function certificate(): object {
    const { key, certificate: own } = issue(authority, { commonName: 'app', hosts: Object.values(HOSTS) });
    const stringData = { 'tls.key': key, 'tls.crt': own };
    return { apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/tls', metadata: { name: SECRET }, stringData };
  }

  function gateway(): object {
    const listener = {
      name: 'https',
      protocol: 'HTTPS',
      port: HTTPS_PORT,
      hostname: HOSTS.gateway,
      tls: { certificateRefs: [{ name: SECRET }] },
      allowedRoutes: { namespaces: { from: 'All' } },
    };
    const spec = { gatewayClassName: TRAEFIK, listeners: [listener] };
    return { apiVersion: GATEWAY_API, kind: 'Gateway', metadata: { name: 'public' }, spec };
  }

  async function kubectlOf(verb: 'apply' | 'delete', items: readonly object[]): Promise<void> {
    const args = verb === 'apply' ? ['apply', '--server-side'] : ['delete', '--ignore-not-found'];
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    await world().kubectl([...args, '--filename', '-'], { input });
  }
});
