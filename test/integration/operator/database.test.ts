import { expect } from 'chai';
import type { V1Deployment, V1Secret } from '@kubernetes/client-node';
import { ANNOTATION } from '../../../operator/api/vacation-app.ts';
import type { KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { DEPLOYMENT, JOB, SECRET, STATEFUL_SET } from '../../../operator/vacation-app/kinds.ts';
import { CONTENT, LABEL } from '../../../operator/vacation-app/names.ts';
import { createWorld, eventually, type Scene, startOperator, type RunningOperator, type World } from './world.ts';

type Live<T> = T & KubeObject;

describe('credentials and databases of the user’s own', () => {
  let world: World;
  let operator: RunningOperator;

  before(async function () {
    this.timeout(600_000);
    world = await createWorld();
    operator = startOperator(world);
  });

  after(async () => {
    await operator.stop();
    await world.stop();
  });

  const scene = (): Promise<Scene> => world.scene('own');

  const secret = (name: string, stringData: object, labels: object = {}): object => ({
    metadata: { name, labels },
    stringData,
  });
  const followed = { [LABEL.watch]: 'true' };
  const hash = async (here: Scene, app: string): Promise<string | undefined> => {
    const live = await here.child<Live<V1Deployment>>(DEPLOYMENT, `${app}-web`);
    return live.spec?.template.metadata?.annotations?.[CONTENT.credentials];
  };
  const own = (app: string) => ({
    db_uri: `mysql://web:p@${app}-mysql:3306/vacation`,
    db_migration_uri: `mysql://migration:p@${app}-mysql:3306/vacation`,
    db_root_password: 'root',
    secret_key: '0123456789abcdef',
  });

  it('waits for a Secret of the user’s and for its keys, says which, and goes on by itself', async () => {
    const here = await scene();
    await here.declare('mine', { credentials: { secretName: 'credentials' } });
    const waiting = await here.appWith('mine', 'CredentialsReady', 'False', 'CredentialsMissing');
    const ready = waiting.status?.conditions?.find(({ type }) => type === 'Ready');
    expect(ready).to.include({ status: 'False', reason: 'CredentialsMissing' });
    expect(ready?.message).to.contain('Secret credentials does not exist: create it').and.contain('db_root_password');
    expect(waiting.status?.conditions?.map(({ type }) => type))
      .to.include('Reconciling')
      .and.not.include('Stalled');
    expect(await here.get(STATEFUL_SET, 'mine-mysql'), 'nothing is made without').to.equal(undefined);

    const { secret_key: _, ...incomplete } = own('mine');
    await here.create(SECRET, secret('credentials', incomplete, followed));
    await eventually(
      'the key is asked for, before the Secret is looked at again without a cause',
      () => here.app('mine'),
      (app) => app?.status?.conditions?.some(({ message }) => message.includes('lacks secret_key')) === true,
      8_000,
    );
    await here.patch(SECRET, 'credentials', { stringData: own('mine') });
    await here.comesUp('mine');
    expect(await here.get(SECRET, 'mine-credentials'), 'none is generated').to.equal(undefined);
  }).timeout(60_000);

  it('follows a labelled Secret, leaves pods alone for one without, and changes neither', async () => {
    const here = await scene();
    for (const [name, labels] of [
      ['watched', followed],
      ['unwatched', {}],
    ] as const) {
      await here.create(SECRET, secret(`${name}-login`, own(name), labels));
      await here.declare(name, { credentials: { secretName: `${name}-login` } });
      await here.comesUp(name);
    }
    const [before, still] = [await hash(here, 'watched'), await hash(here, 'unwatched')];
    const live = await here.get(SECRET, 'watched-login');
    const change = { stringData: { secret_key: 'another key 0123456789' } };
    await here.patch(SECRET, 'unwatched-login', change);
    await here.patch(SECRET, 'watched-login', change);
    await eventually(
      'a rollout',
      () => hash(here, 'watched'),
      (now) => now !== before,
    );
    await here.declare('unwatched', { credentials: { secretName: 'unwatched-login' } }, { [ANNOTATION.restart]: 'a' });
    await here.webPodsRestart('unwatched', 'a');
    expect(await hash(here, 'unwatched')).to.equal(still);
    const after = await here.get<Live<V1Secret>>(SECRET, 'watched-login');
    expect(after?.metadata.ownerReferences).to.equal(undefined);
    expect(after?.metadata.labels).to.deep.equal(live?.metadata.labels);
    const managers = after?.metadata.managedFields?.map(({ manager }) => manager);
    expect(managers).to.not.include('vacation-operator');
  }).timeout(60_000);

  it('looks at an external database, migrates it and serves from it, with no MySQL of its own', async () => {
    const here = await scene();
    const external = { host: 'db.example.com', name: 'travel', credentialsSecretName: 'login' };
    await here.create(SECRET, secret('login', { username: 'ada', password: 'p' }, followed));
    await here.declare('far', { database: { external } });
    await here.appWith('far', 'DatabaseReady', 'False', 'DatabaseChecking');
    expect(await here.get(STATEFUL_SET, 'far-mysql')).to.equal(undefined);
    expect(Object.keys((await here.get<Live<V1Secret>>(SECRET, 'far-credentials'))?.data ?? {})).to.deep.equal([
      'secret_key',
    ]);
    const first = await here.databaseIsChecked('far', { problem: 'AccessDenied' });
    const told = await here.appWith('far', 'Ready', 'False', 'AccessDenied');
    expect(told.status?.conditions?.find(({ type }) => type === 'Ready')?.message).to.contain('Secret login');
    expect(
      (await here.list(JOB)).map(({ metadata }) => metadata.name),
      'and no migration',
    ).to.deep.equal([first]);

    // What is said of the database changes, and so it is looked at anew.
    await here.patch(SECRET, 'login', { stringData: { password: 'q' } });
    await here.databaseIsChecked('far', { databaseVersion: '8.4.7' });
    await here.migrationCompletes('far');
    await here.webPodsComeUp('far');
    const app = await here.appWith('far', 'Ready', 'True');
    expect(app.status?.database).to.deep.equal({
      version: '8.4.7',
      endpoint: 'db.example.com:3306',
      deletionPolicy: 'Retain',
    });
    await eventually(
      'only the last look stays',
      async () => (await here.list(JOB)).filter(({ metadata }) => metadata.name.startsWith('far-check-')),
      (jobs) => jobs.length === 1 && jobs[0]?.metadata.name !== first,
    );
  }).timeout(60_000);
});
