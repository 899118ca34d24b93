import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { VACATION_APP } from '../../../operator/api/vacation-app.ts';
import { SERVICE } from '../../../operator/vacation-app/kinds.ts';
import { createWorld, eventually, type RunningOperator, type Scene, startOperator, type World } from './world.ts';

interface AuditEvent {
  readonly verb: string;
  readonly userAgent?: string;
  readonly objectRef?: { readonly resource?: string; readonly name?: string; readonly namespace?: string };
}

describe('operators with selectors of apps that have nothing in common', () => {
  const SELECTORS = { red: 'team=red', others: 'team!=red' };
  let world: World;
  let here: Scene;
  let operators: RunningOperator[];

  before(async function () {
    this.timeout(600_000);
    world = await createWorld();
    here = await world.scene('shards');
    operators = Object.entries(SELECTORS).map(([name, selector]) =>
      startOperator(world, { WATCH_SELECTOR: selector, LEASE_NAME: name }, world.client(undefined, name)),
    );
  });

  after(async () => {
    for (const operator of operators) await operator.stop();
    await world.stop();
  });

  const declare = (name: string, team: string) =>
    here.create(VACATION_APP, { metadata: { name, labels: { team } }, spec: {} });

  /** The writes of one of them in the namespace, by the app that the name of the object begins with. */
  async function written(operator: string): Promise<Set<string>> {
    const events = (await readFile(world.server.auditLog, 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as AuditEvent)
      .filter(({ userAgent, objectRef }) => userAgent === operator && objectRef?.namespace === here.namespace)
      .filter(({ verb, objectRef }) => !/^(get|list|watch)$/.test(verb) && objectRef?.resource !== 'events');
    return new Set(events.map(({ objectRef }) => /^(?:data-)?([a-z]+)/.exec(objectRef?.name ?? '')?.[1] ?? ''));
  }

  it('serve each its own apps, and write to no other', async () => {
    await declare('mars', 'red');
    await declare('venus', 'blue');
    await here.comesUp('mars');
    await here.comesUp('venus');
    expect([...(await written('red'))]).to.deep.equal(['mars']);
    expect([...(await written('others'))]).to.deep.equal(['venus']);
  });

  it('hand over an app whose labels change: its new operator puts back what is missing, and restarts nothing', async () => {
    const change = { metadata: { labels: { team: 'red' } }, spec: { service: { port: 81 } } };
    await here.patch(VACATION_APP, 'venus', change);
    // By then the earlier operator has lost the app too, so it does not make the Service.
    await eventually('the new operator writes', () => written('red'), (apps) => apps.has('venus')); // prettier-ignore
    const { metadata } = await here.child(SERVICE, 'venus-web');
    await here.remove(SERVICE, 'venus-web');
    await here.child(SERVICE, 'venus-web', (service) => service.metadata.uid !== metadata.uid);
    await here.appWith('venus', 'Ready', 'True');
  });
});
