import { expect } from 'chai';
import type { V1ConfigMap, V1Ingress } from '@kubernetes/client-node';
import type { VacationApp } from '../../../operator/api/vacation-app.ts';
import { pathOf, type Kind, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { CONFIG_MAP, INGRESS, NETWORK_POLICY } from '../../../operator/vacation-app/kinds.ts';
import { createWorld, eventually, type Scene, startOperator, type RunningOperator, type World } from './world.ts';

const INGRESS_CLASS: Kind = { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', plural: 'ingressclasses' };

describe('the way in and the network policies', () => {
  let world: World;
  let operator: RunningOperator;
  let here: Scene;

  before(async function () {
    this.timeout(600_000);
    world = await createWorld();
    here = await world.namespace('travel');
    operator = startOperator(world);
  });

  after(async () => {
    await operator.stop();
    await world.stop();
  });

  const messageOf = (app: VacationApp, type: string): string =>
    app.status?.conditions?.find((condition) => condition.type === type)?.message ?? '';
  const trusted = async (name: string): Promise<string | undefined> =>
    (await here.get<V1ConfigMap & KubeObject>(CONFIG_MAP, `${name}-web`))?.data?.TRUST_PROXY;

  it('is an Ingress once there are web pods; what it waits for is told, and does not keep the app from being Ready', async () => {
    const ingress = { host: 'book.example.com', tlsSecretName: 'book-tls', annotations: { 'example.com/limit': '5' } };
    await here.declare('open', { ingress });
    await here.appWith('open', 'Exposed', 'False', 'WaitingForWeb');
    const ready = await here.comesUp('open');
    expect(ready.status?.url).to.equal('https://book.example.com');
    const unclassed = await here.appWith('open', 'Exposed', 'False', 'NoIngressClass');
    expect(messageOf(unclassed, 'Exposed')).to.contain('spec.ingress.className');
    expect(await trusted('open')).to.equal('1');

    await here.declare('open', { ingress: { ...ingress, className: 'nginx' } });
    const pending = await here.appWith('open', 'Exposed', 'False', 'AddressPending');
    expect(messageOf(pending, 'Exposed')).to.contain('kubectl get ingressclass nginx');

    const status = { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } };
    await here.patch(INGRESS, 'open-web', { status }, 'status');
    const exposed = await here.appWith('open', 'Exposed', 'True', 'Available');
    expect(messageOf(exposed, 'Exposed')).to.contain('192.0.2.7');
  });

  it('takes the default class of the cluster', async () => {
    const annotations = { 'ingressclass.kubernetes.io/is-default-class': 'true' };
    const body = { metadata: { name: 'traefik', annotations }, spec: { controller: 'example.com/traefik' } };
    await world.admin.request({ method: 'POST', path: pathOf(INGRESS_CLASS, ''), body });
    await eventually(
      'the default class is filled in',
      async () => {
        // The API server learns of the class by a watch of its own.
        await here.declare('default', { ingress: { host: 'default.example.com' }, replicas: 2 });
        if ((await here.app('default'))?.status?.web?.ready !== 2) await here.comesUp('default');
        const live = await here.child<V1Ingress & KubeObject>(INGRESS, 'default-web');
        if (live.spec?.ingressClassName === undefined) await here.remove(INGRESS, 'default-web');
        return live.spec?.ingressClassName;
      },
      (name) => name === 'traefik',
    );
    await here.appWith('default', 'Exposed', 'False', 'AddressPending');
  });

  it('goes when the spec no longer asks for it, and the web pods believe no proxy any more', async () => {
    await here.declare('open', {});
    await eventually(
      'no Ingress',
      () => here.get(INGRESS, 'open-web'),
      (found) => found === undefined,
    );
    const app = await eventually(
      'not a word of it',
      () => here.app('open'),
      (found): found is VacationApp => found?.status?.url === 'http://open-web.travel.svc',
    );
    expect(app.status?.conditions?.map(({ type }) => type)).to.not.include('Exposed');
    expect(await trusted('open')).to.equal(undefined);
  });

  it('are policies for web pods and MySQL, unless the spec wants none', async () => {
    const names = async (): Promise<string[]> =>
      (await here.list(NETWORK_POLICY)).map(({ metadata }) => metadata.name).filter((name) => name.startsWith('open-'));
    expect(await names()).to.deep.equal(['open-mysql', 'open-web']);
    await here.declare('open', { networkPolicy: 'Disabled' });
    await eventually('no policies', names, (found) => found.length === 0);
    await here.declare('open', {});
    await eventually('policies', names, (found) => found.length === 2);
  });
});
