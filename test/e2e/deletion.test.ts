import { expect } from 'chai';
import { HttpTraveller } from '../support/http-traveller.ts';
import { eventually } from '../support/kubectl.ts';
import { aTraveller, aTrip } from '../support/traveller.ts';
import { APP, appUrl, ensureApp, NAMESPACE, world } from './world.ts';

const CHILDREN =
  'deployments,statefulsets,replicasets,pods,services,configmaps,serviceaccounts,jobs,horizontalpodautoscalers,poddisruptionbudgets,networkpolicies,secrets,persistentvolumeclaims';

describe('an app that is deleted', () => {
  const traveller = aTraveller();
  const kept = ['persistentvolumeclaim/data-milky-way-mysql-0', 'secret/milky-way-credentials'];
  let password: string;

  before(async () => {
    await ensureApp();
    const visitor = new HttpTraveller(await appUrl());
    await visitor.signUp(traveller);
    await visitor.book(aTrip({ destination: "Teegarden's Star System" }));
    password = await credentials();
    await world().kubectl(['delete', 'vapp', APP, '--namespace', NAMESPACE, '--timeout=60s'], { timeoutMs: 70_000 });
  });

  it('takes its children with it, but for the volume and the credentials', async () => {
    const left = await eventually('the children are gone', 120_000, children, (names) => names.length <= kept.length);
    expect(left).to.deep.equal(kept);
    expect(await credentials()).to.equal(password);
  });

  it('finds its data when it is created again', async () => {
    await ensureApp();
    const visitor = new HttpTraveller(await appUrl());
    const { username, password: theirs } = traveller;
    expect((await visitor.submit('/login', { username, password: theirs })).status).to.be.oneOf([302, 303]);
    expect((await visitor.get('/reservation')).body).to.match(/Teegarden(&#39;|&#x27;|')s Star System/);
    expect(await credentials()).to.equal(password);
  });
});

async function children(): Promise<string[]> {
  const found = await world().kubectl([
    'get',
    CHILDREN,
    '--namespace',
    NAMESPACE,
    '--selector',
    `interstellar.dev/app=${APP}`,
    '--output',
    'name',
  ]);
  return found
    .split('\n')
    .filter((name) => name !== '')
    .sort();
}

async function credentials(): Promise<string> {
  const { kubectl } = world();
  return kubectl(['get', 'secret', `${APP}-credentials`, '--namespace', NAMESPACE, '--output', 'jsonpath={.data}']);
}
