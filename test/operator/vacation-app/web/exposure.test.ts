import type { V1Ingress, V1LoadBalancerIngress, V1Pod, V1Service } from '@kubernetes/client-node';
import { expect } from 'chai';
import type { ParentReference, VacationAppSpec } from '../../../../operator/api/vacation-app.ts';
import { exposed, urlOf } from '../../../../operator/vacation-app/web/exposure.ts';
import type { Observed } from '../../../../operator/vacation-app/observe.ts';
import type { HttpRoute, RouteParent } from '../../../../operator/vacation-app/web/web-http-route.ts';
import { aCompleteApp, aServingWorld } from '../../../support/vacation-app.ts';

const HOST = { host: 'book.example.com' };

const anIngress = (
  spec: V1Ingress['spec'] = {},
  addresses: object[] = [],
  annotations: Record<string, string> = {},
): V1Ingress => ({
  metadata: { name: 'milky-way-web', annotations },
  spec,
  status: { loadBalancer: { ingress: addresses } },
});

const findingsOf = (spec: Partial<VacationAppSpec>, world: Partial<Observed> = {}) =>
  exposed({
    app: aCompleteApp({ spec }),
    observed: aServingWorld(world),
    waits: { exposure: 'the web pods' },
    failure: undefined,
  });

describe('exposure', () => {
  it('is no matter for an app that asks for none', () => {
    expect(findingsOf({})).to.deep.equal([]);
  });

  const rows: readonly [title: string, ingress: V1Ingress | undefined, is: string, says: string][] = [
    ['there is no Ingress yet', undefined, 'False/WaitingForWeb', 'does not exist yet'],
    ['no class takes it', anIngress(), 'False/NoIngressClass', 'className'],
    ['its class has given no address', anIngress({ ingressClassName: 'nginx' }), 'False/AddressPending', 'class nginx'],
    [
      'its class, told by the old annotation, has given no address',
      anIngress({}, [], { 'kubernetes.io/ingress.class': 'traefik' }),
      'False/AddressPending',
      'class traefik',
    ],
    [
      'it has an address',
      anIngress({ ingressClassName: 'nginx' }, [{ ip: '192.0.2.7' }]),
      'True/Available',
      '192.0.2.7',
    ],
    ['it has a host name', anIngress({}, [{ hostname: 'lb.example.com' }]), 'True/Available', 'lb.example.com'],
    ['its address is empty', anIngress({ ingressClassName: 'nginx' }, [{}]), 'False/AddressPending', 'no address yet'],
  ];
  for (const [title, ingress, is, says] of rows) {
    it(`is ${is} when ${title}`, () => {
      const [finding] = findingsOf({ ingress: HOST }, { ingress });
      expect(`${finding?.status ?? ''}/${finding?.reason ?? ''}`).to.equal(is);
      expect(finding?.message).to.contain(says);
    });
  }

  const condition = (type: string, status: string, observedGeneration = 3) => ({
    type,
    status,
    reason: 'NotAllowedByListeners',
    message: 'routes of this namespace are not taken',
    observedGeneration,
  });
  const ACCEPTED = [condition('Accepted', 'True'), condition('ResolvedRefs', 'True')];
  const aRoute = (...parents: RouteParent[]): HttpRoute => ({
    metadata: { name: 'milky-way-web', namespace: 'travel', generation: 3 },
    spec: { parentRefs: [], rules: [] },
    status: { parents },
  });
  const inner = { name: 'inner' };
  const outer = { name: 'outer', namespace: 'gateways', sectionName: 'https' };
  const of = (parentRef: ParentReference, conditions: RouteParent['conditions'] = ACCEPTED): RouteParent => ({
    parentRef,
    conditions,
  });

  const routes: readonly [title: string, world: Partial<Observed>, is: string, says: string][] = [
    ['the cluster has no Gateway API', { isGatewayApiServed: false }, 'False/GatewayApiMissing', 'is not installed'],
    ['there is no route yet', {}, 'False/WaitingForWeb', 'does not exist yet'],
    ['nobody has looked at it', { httpRoute: aRoute() }, 'False/RoutePending', 'Gateway travel/inner'],
    [
      'one Gateway has not looked at it',
      { httpRoute: aRoute(of(inner)) },
      'False/RoutePending',
      'kubectl get gateway outer --namespace gateways',
    ],
    [
      'only another listener has looked at it',
      { httpRoute: aRoute(of(inner), of({ ...outer, sectionName: 'http' })) },
      'False/RoutePending',
      'Gateway gateways/outer',
    ],
    [
      'a Gateway refuses it',
      { httpRoute: aRoute(of(inner), of(outer, [condition('Accepted', 'False')])) },
      'False/RouteRejected',
      'Gateway gateways/outer does not serve HTTPRoute milky-way-web: NotAllowedByListeners: routes of this namespace',
    ],
    [
      'a Gateway does not find the Service',
      { httpRoute: aRoute(of(inner, [condition('Accepted', 'True'), condition('ResolvedRefs', 'False')]), of(outer)) },
      'False/RouteRejected',
      'Gateway travel/inner',
    ],
    [
      'a Gateway speaks of an older one',
      {
        httpRoute: aRoute(
          of(inner, [condition('Accepted', 'True', 2), condition('ResolvedRefs', 'True', 2)]),
          of(outer),
        ),
      },
      'False/RoutePending',
      'Gateway travel/inner',
    ],
    [
      'every Gateway takes it',
      { httpRoute: aRoute(of({ ...inner, namespace: 'travel' }), of(outer)) },
      'True/Available',
      'inner, outer',
    ],
  ];
  for (const [title, world, is, says] of routes) {
    it(`is ${is} when ${title}`, () => {
      const [finding] = findingsOf({ gateway: { parentRefs: [inner, outer] } }, world);
      expect(`${finding?.status ?? ''}/${finding?.reason ?? ''}`).to.equal(is);
      expect(finding?.message).to.contain(says);
    });
  }

  it('is of both an Ingress and a Gateway where the spec asks for both', () => {
    const spec = { ingress: HOST, gateway: { parentRefs: [inner] } };
    const ingress = anIngress({}, [{ ip: '192.0.2.7' }]);
    const told = (world: Partial<Observed>) =>
      findingsOf(spec, world).map(({ status, reason }) => `${status}/${reason}`);
    expect(told({ ingress })).to.deep.equal(['False/WaitingForWeb']);
    expect(told({ httpRoute: aRoute(of(inner)) })).to.deep.equal(['False/WaitingForWeb']);
    expect(told({ ingress, httpRoute: aRoute(of(inner)) })).to.deep.equal(['True/Available']);
  });

  const urls: readonly [title: string, spec: Partial<VacationAppSpec>, url: string][] = [
    ['the Service', {}, 'http://milky-way-web.travel.svc'],
    ['the Service and its port', { service: { port: 8080 } }, 'http://milky-way-web.travel.svc:8080'],
    ['the host', { ingress: HOST, service: { port: 8080 } }, 'http://book.example.com'],
    [
      'the Service where a Gateway has no name for it',
      { gateway: { parentRefs: [inner] } },
      'http://milky-way-web.travel.svc',
    ],
    [
      'the first full name of the route',
      { gateway: { parentRefs: [inner], hostnames: ['*.a.org', 'b.org'] } },
      'http://b.org',
    ],
    [
      'the name of the route, with TLS by the port',
      { gateway: { parentRefs: [{ ...inner, port: 443 }], hostnames: ['b.org'] } },
      'https://b.org',
    ],
    [
      'the name of the route, with TLS by the listener',
      { gateway: { parentRefs: [outer], hostnames: ['b.org'] } },
      'https://b.org',
    ],
    [
      'the Ingress before the Gateway',
      { ingress: HOST, gateway: { parentRefs: [outer], hostnames: ['b.org'] } },
      'http://book.example.com',
    ],
    ['the host with TLS', { ingress: { ...HOST, tlsSecretName: 'tls' } }, 'https://book.example.com'],
  ];
  for (const [title, spec, url] of urls) {
    it(`leads to ${title}`, () => {
      expect(urlOf(aCompleteApp({ spec }), { webService: undefined, pods: [] })).to.equal(url);
    });
  }

  const aWebPod = (hostIP: string, ready = true): V1Pod => ({
    metadata: { labels: { 'app.kubernetes.io/component': 'web' } },
    status: {
      hostIP,
      containerStatuses: [{ name: 'web', ready, image: '', imageID: '', restartCount: 0 }],
    },
  });
  const aService = (status: V1Service['status'] = {}): V1Service => ({
    spec: { ports: [{ name: 'http', port: 80, nodePort: 30_080 }] },
    status,
  });

  it('leads to the load balancer, once it has an address', () => {
    const app = aCompleteApp({ spec: { service: { type: 'LoadBalancer', port: 8080 } } });
    const url = (ingress: V1LoadBalancerIngress[]) =>
      urlOf(app, { webService: aService({ loadBalancer: { ingress } }), pods: [] });
    expect(url([{ ip: '192.0.2.7' }])).to.equal('http://192.0.2.7:8080');
    expect(url([{ hostname: 'lb.example.com', ip: '192.0.2.7' }])).to.equal('http://lb.example.com:8080');
    expect(url([{ ip: '2001:db8::7' }])).to.equal('http://[2001:db8::7]:8080');
    expect(url([])).to.equal('http://milky-way-web.travel.svc:8080');
  });

  it('leads to a node where a web pod is ready, and stays with it while one is', () => {
    const app = aCompleteApp({ spec: { service: { type: 'NodePort' } } });
    const pods = [aWebPod('10.0.0.1', false), aWebPod('10.0.0.3'), aWebPod('10.0.0.2')];
    const url = urlOf(app, { webService: aService(), pods });
    expect(url).to.equal('http://10.0.0.2:30080');
    const before = { ...app, status: { observedGeneration: 1, url: 'http://10.0.0.3:30080' } };
    expect(urlOf(before, { webService: aService(), pods })).to.equal('http://10.0.0.3:30080');
    expect(urlOf(before, { webService: aService(), pods: [] })).to.equal('http://milky-way-web.travel.svc');
  });
});
