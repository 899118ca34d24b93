import type { V1Ingress } from '@kubernetes/client-node';
import { expect } from 'chai';
import type { VacationAppSpec } from '../../../operator/api/vacation-app.ts';
import { exposed, urlOf } from '../../../operator/vacation-app/exposure.ts';
import type { Observed } from '../../../operator/vacation-app/observe.ts';
import { aCompleteApp, aServingWorld } from '../../support/vacation-app.ts';

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
  exposed(aCompleteApp({ spec }), aServingWorld(world));

describe('exposure', () => {
  it('is no matter for an app that asks for none', () => {
    expect(findingsOf({})).to.deep.equal([]);
  });

  const rows: readonly [title: string, ingress: V1Ingress | undefined, is: string, says: string][] = [
    ['there is no Ingress yet', undefined, 'False/WaitingForWeb', 'waits'],
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

  for (const [title, spec, url] of [
    ['the Service', {}, 'http://milky-way-web.travel.svc'],
    ['the Service and its port', { service: { port: 8080 } }, 'http://milky-way-web.travel.svc:8080'],
    ['the host', { ingress: HOST, service: { port: 8080 } }, 'http://book.example.com'],
    ['the host with TLS', { ingress: { ...HOST, tlsSecretName: 'tls' } }, 'https://book.example.com'],
  ] as const) {
    it(`leads to ${title}`, () => {
      expect(urlOf(aCompleteApp({ spec }))).to.equal(url);
    });
  }
});
