import { expect } from 'chai';
import { VACATION_APP, type VacationApp } from '../../../../operator/api/vacation-app.ts';
import { withDefaults } from '../../../../operator/api/defaults.ts';
import { isConflict } from '../../../../operator/runtime/client/api-error.ts';
import { Cluster } from '../../../../operator/runtime/apply/cluster.ts';
import { pathOf, type Kind, type KubeObject } from '../../../../operator/runtime/client/kinds.ts';
import { applyCredentials, readCredentials } from '../../../../operator/vacation-app/credentials/apply-credentials.ts';
import { applyVolume } from '../../../../operator/vacation-app/database/managed/apply-volume.ts';
import { SECRET, VOLUME_CLAIM } from '../../../../operator/vacation-app/kinds.ts';
import { databaseKindOf } from '../../../../operator/vacation-app/database/database.ts';
import { createPlanner } from '../../../../operator/vacation-app/plan.ts';
import { appStores } from '../../../support/app-controller.ts';
import { FakeApi } from '../../../support/fake-api.ts';
import { aUserSecret, aSecret, aVacationApp, aVolumeClaim, DEFAULTS } from '../../../support/vacation-app.ts';

const userSecrets = new Map([['login', aUserSecret({ username: 'ada', password: 'p' })]]);
const external = { host: 'db.example.com', name: 'travel', credentialsSecretName: 'login' };

/** An app as the cache has it, which the API server may know otherwise, with objects that it kept. */
async function aWorld(cached: VacationApp, current: VacationApp | undefined) {
  const api = new FakeApi();
  const stores = appStores();
  const create = async (kind: Kind, { metadata, ...rest }: object & { metadata?: object }): Promise<void> => {
    const body = { ...rest, metadata: { namespace: 'travel', uid: `uid-of-${kind.plural}`, ...metadata } };
    const created = await api.request<KubeObject>({ method: 'POST', path: pathOf(kind, 'travel'), body });
    if (kind !== VACATION_APP) stores.get(kind.kind)?.observe('ADDED', created);
  };
  await create(SECRET, aSecret());
  await create(VOLUME_CLAIM, {
    ...aVolumeClaim(),
    metadata: { ...aSecret().metadata, name: 'data-milky-way-mysql-0' },
  });
  if (current) await create(VACATION_APP, current);
  const cluster = new Cluster(api, stores, { wrote: () => undefined });
  const app = withDefaults(cached);
  const plan = createPlanner(
    app,
    { userSecrets, refusals: new Map() },
    { cluster, defaults: DEFAULTS, now: () => new Date(0) },
  );
  return {
    api,
    volume: () => applyVolume(plan(), plan().observed.volumeClaim, cluster, new AbortController().signal),
    credentials: () =>
      applyCredentials(app, plan().observed, userSecrets, cluster, () => 'r', new AbortController().signal),
    /** Beside a volume that the cache has not heard of, when the Secret is gone. */
    async newCredentials() {
      api.objects.delete(pathOf(SECRET, 'travel', 'milky-way-credentials'));
      const observed = { ...plan().observed, secret: undefined, volumeClaim: undefined };
      const volumeClaim = await databaseKindOf(app).volume?.read(app, observed, cluster);
      const data = { volumeClaim, secret: await readCredentials(app, observed, volumeClaim, cluster) };
      return applyCredentials(app, data, userSecrets, cluster, () => 'r', new AbortController().signal);
    },
    owners: (kind: Kind, name: string) =>
      api.objects.get(pathOf(kind, 'travel', name))?.metadata.ownerReferences?.map(({ uid }) => uid) ?? [],
  };
}

const goesWithIt = aVacationApp({ spec: { deletionPolicy: 'Delete' } });
const withoutVolume = aVacationApp({ spec: { deletionPolicy: 'Delete', database: { external } } });

const outcome = (work: Promise<void>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: unknown) => (isConflict(error) ? 'conflict' : error),
  );

describe('what holds data', () => {
  for (const [what, current] of [
    ['is gone', undefined],
    ['was made anew', { metadata: { uid: 'another' } }],
    ['shall keep it by now', { metadata: { generation: 2 }, spec: { deletionPolicy: 'Retain' } }],
  ] as const) {
    it(`is not given to an app that ${what}, though the cache does not know it yet`, async () => {
      const volume = await aWorld(goesWithIt, current && aVacationApp(current));
      expect(await outcome(volume.volume())).to.equal('conflict');
      expect(volume.owners(VOLUME_CLAIM, 'data-milky-way-mysql-0')).to.deep.equal([]);
      const secret = await aWorld(withoutVolume, current && aVacationApp(current));
      expect(await outcome(secret.credentials())).to.equal('conflict');
      expect(secret.owners(SECRET, 'milky-way-credentials')).to.deep.equal([]);
    });
  }

  it('gets no new passwords, though the cache does not know of it yet', async () => {
    const world = await aWorld(aVacationApp({ status: { observedGeneration: 1 } }), undefined);
    expect(await outcome(world.newCredentials())).to.have.property('reason', 'CredentialsLost');
    expect(world.api.objects.has(pathOf(SECRET, 'travel', 'milky-way-credentials'))).to.equal(false);
  });

  for (const [whom, app, asked] of [
    ['that is new is asked for once', aVacationApp({ status: { observedGeneration: -1 } }), ['GET', 'PATCH']],
    ['whose database is elsewhere is not asked for', aVacationApp({ spec: { database: { external } } }), ['PATCH']],
  ] as const) {
    it(`of an app ${whom}, and the app gets credentials where there is none`, async () => {
      const world = await aWorld(app, undefined);
      world.api.objects.delete(pathOf(VOLUME_CLAIM, 'travel', 'data-milky-way-mysql-0'));
      await outcome(world.newCredentials());
      expect(world.api.requests.map(({ method }) => method).filter((method) => method !== 'POST')).to.deep.equal(asked);
    });
  }

  it('is given to an app that is there, which is asked for once', async () => {
    const volume = await aWorld(goesWithIt, goesWithIt);
    expect(await outcome(volume.volume())).to.equal('done');
    expect(await outcome(volume.volume())).to.equal('done');
    expect(volume.owners(VOLUME_CLAIM, 'data-milky-way-mysql-0')).to.deep.equal(['uid-of-the-app']);
    expect(
      volume.api.requests.filter(({ method, path }) => method === 'GET' && path.includes('vacationapps')),
    ).to.have.length(1);
    const secret = await aWorld(withoutVolume, withoutVolume);
    expect(await outcome(secret.credentials())).to.equal('done');
    expect(secret.owners(SECRET, 'milky-way-credentials')).to.deep.equal(['uid-of-the-app']);
  });
});
