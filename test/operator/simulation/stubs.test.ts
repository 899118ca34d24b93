import type { V1Deployment, V1NetworkPolicy, V1StatefulSet } from '@kubernetes/client-node';
import { expect } from 'chai';
import { DATABASE_KINDS } from '../../../operator/vacation-app/database/database.ts';
import { TASKS } from '../../../operator/vacation-app/tasks/tasks.ts';
import { Simulation } from './simulation.ts';
import { seed, vault } from './stubs.ts';
import type { Database } from './workloads.ts';

const OPEN: Database = { hasCredentials: () => true, logIn: () => 'accepted', hasSchema: () => true };

/** What a new kind of database and a new task take outside their own folders: a line each, in the two lists. */
function listed<T>(list: readonly T[], entry: T): () => void {
  const open = list as T[];
  open.unshift(entry);
  return () => open.splice(open.indexOf(entry), 1);
}

const inheritedMetadata = { labels: { 'cost-center': 'travel' } };

describe('another kind of database and another task', function () {
  this.timeout(60_000);
  const undo: (() => void)[] = [];
  let simulation: Simulation;

  before(async () => {
    undo.push(listed(DATABASE_KINDS, vault), listed(TASKS, seed));
    simulation = new Simulation({
      seed: 0,
      spec: { image: 'webapp:final', inheritedMetadata },
      calm: true,
      database: OPEN,
    });
    await simulation.run();
  });

  after(() => {
    simulation.end();
    for (const each of undo) each();
  });

  const condition = (type: string): string | undefined => {
    const { conditions = [] } = (simulation.object('vacationapps', 'milky-way')?.status ?? {}) as {
      conditions?: { type: string; status: string }[];
    };
    return conditions.find((each) => each.type === type)?.status;
  };

  it('reach Ready, of which the condition of the task is a gate', () => {
    expect(condition('Ready')).to.equal('True');
    expect(condition('DatabaseReady')).to.equal('True');
    expect(condition('SchemaReady')).to.equal('True');
    expect(condition('SeedsReady')).to.equal('True');
  });

  it('have their own children, and none of another kind', () => {
    const names = Object.keys(simulation.world());
    expect(names).to.include.members(['services milky-way-vault', 'deployments milky-way-web']);
    expect(names.filter((name) => name.includes('mysql'))).to.deep.equal([]);
    expect(simulation.object('services', 'milky-way-vault')).to.have.nested.property(
      'metadata.annotations.clients',
      'web,seed,migration,check',
    );
    const proxy = simulation.object('statefulsets', 'milky-way-vault') as unknown as V1StatefulSet;
    expect(proxy.metadata?.labels).to.include({ 'app.kubernetes.io/version': '7' });
    expect(proxy.spec?.template.metadata?.labels).to.include(inheritedMetadata.labels);
  });

  it('are where the web pods look, and may go', () => {
    const deployment = simulation.object('deployments', 'milky-way-web') as unknown as V1Deployment;
    expect(deployment.spec?.template.spec?.containers[0]?.env).to.deep.include({
      name: 'DB_HOST',
      value: 'milky-way-vault',
    });
    const policy = simulation.object('networkpolicies', 'milky-way-web') as unknown as V1NetworkPolicy;
    expect(policy.spec?.egress?.flatMap(({ ports = [] }) => ports.map(({ port }) => port))).to.include(8200);
    expect(policy.spec?.podSelector?.matchExpressions?.[0]?.values).to.include('seed');
  });

  it('do each work once, in order, and need no write when all is done', async () => {
    const first = (pattern: RegExp): number => simulation.trace.findIndex((line) => pattern.test(line));
    const order = [
      first(/^workload .*jobs\/milky-way-migrate-.*\/status/),
      first(/^serve PATCH .*jobs\/milky-way-seed-/),
      first(/^workload .*jobs\/milky-way-seed-.*\/status/),
      first(/^serve PATCH .*deployments\/milky-way-web/),
    ];
    expect(order).to.not.include(-1);
    expect(order).to.deep.equal(order.toSorted((one, other) => one - other));
    await simulation.linger();
    expect(simulation.fouls).to.deep.equal([]);
  });
});
