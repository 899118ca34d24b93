import { expect } from 'chai';
import { join } from 'node:path';
import { VACATION_APP, type VacationApp } from '../../../operator/api/vacation-app.ts';
import { readConfig } from '../../../operator/config.ts';
import { createOperator } from '../../../operator/manager.ts';
import type { ApiClient } from '../../../operator/runtime/client/api-client.ts';
import { pathOf, type Kind } from '../../../operator/runtime/client/kinds.ts';
import type { Manager } from '../../../operator/runtime/manager.ts';
import { createRuntimeMetrics } from '../../../operator/runtime/telemetry/metrics.ts';
import { root } from '../../../scripts/cluster/paths.ts';
import { createKubectl } from '../../support/kubectl.ts';
import { createWorld, eventually, Scene, writesIn, type World } from './world.ts';

const SERVICE_ACCOUNT: Kind = { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts' };
const NAMESPACE: Kind = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces' };
const BINDING: Kind = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', plural: 'rolebindings' };

describe('the operator for several namespaces, of which some cannot be served', () => {
  let world: World;
  let operator: Manager;
  let ended: Promise<void>;
  const stop = new AbortController();
  const metrics = createRuntimeMetrics('vacationapp');
  const logged: { message: string; namespace: string; error: string }[] = [];

  before(async function () {
    this.timeout(600_000);
    world = await createWorld();
    for (const name of ['travel', 'unbound']) await world.namespace(name);
    const kubectl = createKubectl(world.server.kubectl);
    // It has a RoleBinding in travel alone.
    await kubectl(['apply', '--server-side', '--force-conflicts', '--kustomize', join(root, 'config/namespaced')]);
    const { status } = await world.admin.request<{ status: { token: string } }>({
      method: 'POST',
      path: pathOf(SERVICE_ACCOUNT, 'vacation-system', 'vacation-operator', 'token'),
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3_600 } },
    });
    const inner = world.client(status.token);
    // An open watch outlives the rights. Short ones show soon that they are gone.
    const client: ApiClient = {
      request: (asked) => inner.request(asked),
      reconnect: () => inner.reconnect(),
      stream: (asked) => inner.stream({ ...asked, query: { ...asked.query, timeoutSeconds: 3 } }),
    };
    const list = { method: 'GET', path: pathOf(VACATION_APP, 'travel') } as const;
    await eventually('the RoleBinding holds', () => client.request(list), Boolean);
    const write = (message: string, fields: object = {}): void =>
      void logged.push({ message, namespace: '', error: '', ...fields });
    operator = createOperator({
      client,
      config: readConfig({ WATCH_NAMESPACES: 'travel,unbound,gone', WEBAPP_IMAGE: 'webapp:1', MYSQL_IMAGE: 'mysql:1' }),
      metrics,
      log: { info: () => undefined, debug: () => undefined, warn: write, error: write },
    });
    await new Scene(world, 'unbound').declare('early', {});
    ended = operator.run(stop.signal);
  });

  after(async () => {
    stop.abort();
    await ended;
    await world.stop();
  });

  const isServed = async (namespace: string): Promise<string | undefined> => {
    const text = await metrics.registry.metrics();
    return new RegExp(`^vacationapp_namespace_served\\{namespace="${namespace}"\\} (\\d)$`, 'm').exec(text)?.[1];
  };

  async function answers(namespace: string, app: string): Promise<void> {
    await eventually(
      `the app of ${namespace} is answered`,
      () => new Scene(world, namespace).get<VacationApp>(VACATION_APP, app),
      (found) => found?.status?.conditions !== undefined,
    );
  }

  async function bind(namespace: string): Promise<void> {
    const { roleRef, subjects } = await world.admin.request<{ roleRef: object; subjects: object[] }>({
      method: 'GET',
      path: pathOf(BINDING, 'travel', 'vacation-operator'),
    });
    const body = { metadata: { name: 'vacation-operator' }, roleRef, subjects };
    await world.admin.request({ method: 'POST', path: pathOf(BINDING, namespace), body });
  }

  it('leads and serves the namespace that grants rights, is ready, and writes nothing elsewhere', async () => {
    await new Scene(world, 'travel').declare('milky-way', {});
    await answers('travel', 'milky-way');
    expect(operator.checks.map(({ fault }) => fault())).to.deep.equal([undefined]);
    expect(await writesIn(world, 'unbound')).to.deep.equal([]);
  });

  it('says which it cannot serve, once each, in the words of the API server, and by a metric', async () => {
    const refused = logged.filter(({ message }) => message === 'The API server refuses a watched namespace');
    expect(refused.map(({ namespace }) => namespace)).to.have.members(['unbound', 'gone']);
    for (const { namespace, error } of refused) expect(error).to.contain('is forbidden').and.contain(`"${namespace}"`);
    expect(await Promise.all(['travel', 'unbound', 'gone'].map(isServed))).to.deep.equal(['1', '0', '0']);
  });

  it('serves one as soon as it grants the rights, with the apps that wait there', async () => {
    await bind('unbound');
    await answers('unbound', 'early');
    expect(await isServed('unbound')).to.equal('1');
  });

  it('leaves one alone that has lost its rights, and catches up when they are back', async () => {
    const scene = new Scene(world, 'unbound');
    const path = pathOf(BINDING, 'unbound', 'vacation-operator');
    await world.admin.request({ method: 'DELETE', path });
    await eventually(
      'it is refused',
      () => isServed('unbound'),
      (served) => served === '0',
    );
    await scene.declare('during', {});
    const before = await writesIn(world, 'unbound');
    await new Scene(world, 'travel').declare('meanwhile', {});
    await answers('travel', 'meanwhile');
    expect(await writesIn(world, 'unbound')).to.deep.equal(before);
    await bind('unbound');
    await answers('unbound', 'during');
  });

  it('serves one as soon as it is there', async () => {
    await world.admin.request({ method: 'POST', path: pathOf(NAMESPACE, ''), body: { metadata: { name: 'gone' } } });
    await bind('gone');
    await new Scene(world, 'gone').declare('late', {});
    await answers('gone', 'late');
    expect(operator.checks.map(({ fault }) => fault())).to.deep.equal([undefined]);
  });
});
