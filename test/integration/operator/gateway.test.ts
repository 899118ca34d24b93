import { expect } from 'chai';
import { pathOf, type Kind, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { HTTP_ROUTE } from '../../../operator/vacation-app/kinds.ts';
import type { HttpRoute } from '../../../operator/vacation-app/web/web-http-route.ts';
import { httpRouteCrd } from '../../support/gateway-api.ts';
import {
  createWorld,
  eventually,
  lastWritesIn,
  type Scene,
  startOperator,
  type RunningOperator,
  type World,
} from './world.ts';

const CRD: Kind = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
};

const GATEWAY = { parentRefs: [{ name: 'public', namespace: 'gateways', sectionName: 'https' }], hostnames: ['b.org'] };

describe('the way in through a Gateway', () => {
  let world: World;
  let operator: RunningOperator;
  let here: Scene;
  let crd: KubeObject;

  before(async function () {
    this.timeout(600_000);
    world = await createWorld();
    here = await world.namespace('travel');
    crd = (await httpRouteCrd()) as KubeObject;
    operator = startOperator(world);
  });

  after(async () => {
    await operator.stop();
    await world.stop();
  });

  const messageOf = async (): Promise<string> =>
    (await here.app('routed'))?.status?.conditions?.find(({ type }) => type === 'Exposed')?.message ?? '';

  /** What the Gateway's controller would say of the route. */
  async function said(status: 'True' | 'False', reason: string): Promise<void> {
    const { metadata } = await here.child<HttpRoute>(HTTP_ROUTE, 'routed-web');
    const condition = (type: string): object => ({
      type,
      status,
      reason,
      message: 'says the controller',
      observedGeneration: metadata.generation,
      lastTransitionTime: `${new Date().toISOString().slice(0, 19)}Z`,
    });
    const parent = {
      parentRef: { group: 'gateway.networking.k8s.io', kind: 'Gateway', ...GATEWAY.parentRefs[0] },
      controllerName: 'example.com/gateway',
      conditions: [condition('Accepted'), condition('ResolvedRefs')],
    };
    await here.patch(HTTP_ROUTE, 'routed-web', { status: { parents: [parent] } }, 'status');
  }

  it('is told to be missing where the Gateway API is not installed, and keeps nothing else from being Ready', async () => {
    await here.declare('routed', { gateway: GATEWAY });
    const app = await here.comesUp('routed');
    expect(app.status?.url).to.equal('https://b.org');
    await here.appWith('routed', 'Exposed', 'False', 'GatewayApiMissing');
    expect(await messageOf())
      .to.contain('The Gateway API is not installed')
      .and.contain('Install its CRDs');
  });

  it('is an HTTPRoute as soon as the Gateway API is installed; what its Gateway says is told', async () => {
    await world.admin.request({ method: 'POST', path: pathOf(CRD, ''), body: crd });
    await here.appWith('routed', 'Exposed', 'False', 'RoutePending');
    const { spec } = await here.child<HttpRoute>(HTTP_ROUTE, 'routed-web');
    expect(spec.hostnames).to.deep.equal(['b.org']);
    await said('False', 'NotAllowedByListeners');
    await here.appWith('routed', 'Exposed', 'False', 'RouteRejected');
    expect(await messageOf()).to.contain('NotAllowedByListeners: says the controller');
    await said('True', 'Accepted');
    await here.appWith('routed', 'Exposed', 'True', 'Available');
  });

  it('is put back when somebody edits or deletes it', async () => {
    await here.patch(HTTP_ROUTE, 'routed-web', { spec: { hostnames: ['evil.org'] } });
    await here.child<HttpRoute>(HTTP_ROUTE, 'routed-web', ({ spec }) => spec.hostnames?.[0] === 'b.org');
    await here.remove(HTTP_ROUTE, 'routed-web');
    await here.child(HTTP_ROUTE, 'routed-web');
  });

  it('is written no more by an operator that starts anew', async () => {
    await said('True', 'Accepted');
    await here.appWith('routed', 'Exposed', 'True', 'Available');
    const before = await lastWritesIn(world, here.namespace);
    await operator.stop();
    operator = startOperator(world);
    await here.declare('later', {});
    await here.appWith('later', 'DatabaseReady', 'False', 'DatabaseStarting');
    const after = (await lastWritesIn(world, here.namespace)).filter((write) => !write.includes('later'));
    expect(after).to.deep.equal(before);
  });

  it('goes with the Gateway API, and is back with it', async () => {
    await world.admin.request({ method: 'DELETE', path: pathOf(CRD, '', crd.metadata.name) });
    await here.appWith('routed', 'Exposed', 'False', 'GatewayApiMissing');
    await eventually(
      'the CRD can be made again',
      () => world.admin.request({ method: 'POST', path: pathOf(CRD, ''), body: crd }),
      Boolean,
    );
    await here.appWith('routed', 'Exposed', 'False', 'RoutePending');
  });

  it('goes when the spec no longer asks for it', async () => {
    await here.declare('routed', {});
    await eventually(
      'no route',
      () => here.get(HTTP_ROUTE, 'routed-web'),
      (found) => found === undefined,
    );
    const conditions = await eventually(
      'not a word of it',
      async () => (await here.app('routed'))?.status?.conditions?.map(({ type }) => type) ?? [],
      (types) => types.length > 0 && !types.includes('Exposed'),
    );
    expect(conditions).to.include('Ready');
  });
});
