import { expect } from 'chai';
import type { V1Deployment, V1PersistentVolumeClaim, V1Secret, V1StatefulSet } from '@kubernetes/client-node';
import { withDefaults } from '../../../operator/api/defaults.ts';
import { VACATION_APP, type VacationApp } from '../../../operator/api/vacation-app.ts';
import { pathOf, type Kind, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import {
  CONFIG_MAP,
  DEPLOYMENT,
  HTTP_ROUTE,
  INGRESS,
  JOB,
  POD,
  SECRET,
  SERVICE,
  SERVICE_ACCOUNT,
  STATEFUL_SET,
  VOLUME_CLAIM,
} from '../../../operator/vacation-app/kinds.ts';
import { labels } from '../../../operator/vacation-app/names.ts';
import { CHILD_KINDS } from '../../../operator/vacation-app/children/children.ts';
import { migrationContent, nameOfMigration } from '../../../operator/vacation-app/tasks/migrate/migration-job.ts';
import { LATEST_REVISION } from '../../../operator/vacation-app/children/templates.ts';
import {
  createWorld,
  eventually,
  lastWritesIn,
  startOperator,
  type RunningOperator,
  type Scene,
  type World,
} from './world.ts';

type Claim = V1PersistentVolumeClaim & KubeObject;
type StatefulSet = V1StatefulSet & KubeObject;

const KINDS = CHILD_KINDS.filter((kind) => kind !== HTTP_ROUTE);
const MIGRATED = 'interstellar.dev/migrated';
const claimOf = (app: string): string => `data-${app}-mysql-0`;
const claimSpec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } } };
const ownersOf = (object: KubeObject | undefined): string[] =>
  (object?.metadata.ownerReferences ?? []).map(({ name }) => name);
const messageOf = (app: VacationApp | undefined, type: string): string =>
  app?.status?.conditions?.find((condition) => condition.type === type)?.message ?? '';

describe('the data of an app', () => {
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

  const scene = (): Promise<Scene> => world.scene('data');

  const jobsOf = async (here: Scene): Promise<string[]> => (await here.list(JOB)).map(({ metadata }) => metadata.name);

  /** An app that serves, whose volume remembers that the migration was done. */
  async function serving(here: Scene, name: string, spec: object = {}): Promise<void> {
    await here.declare(name, spec);
    await here.comesUp(name);
    await here.child<Claim>(VOLUME_CLAIM, claimOf(name), remembers);
  }

  const remembers = ({ metadata }: Claim): boolean => metadata.annotations?.[MIGRATED] !== undefined;

  /** Takes an object away for good, whatever holds it. */
  async function vanish(here: Scene, kind: Kind, name: string): Promise<void> {
    await here.remove(kind, name);
    const left = await here.get(kind, name);
    if (left?.metadata.deletionTimestamp !== undefined) {
      await here.patch(kind, name, { metadata: { finalizers: null } });
    }
  }

  it('are never those of a claim without our labels: no database and no credentials are made beside it', async () => {
    const here = await scene();
    const foreign = { metadata: { name: claimOf('guest'), labels: { chart: 'other' } }, spec: claimSpec };
    const before = await here.create(VOLUME_CLAIM, foreign);
    await here.declare('guest', {});
    const app = await here.appWith('guest', 'Stalled', 'True', 'NotOwned');
    expect(messageOf(app, 'Ready'))
      .to.contain(`PersistentVolumeClaim ${here.namespace}/data-guest-mysql-0`)
      .and.contain('interstellar.dev/app=guest')
      .and.contain('app.kubernetes.io/managed-by=vacation-operator')
      .and.contain('Secret guest-credentials');
    for (const type of ['CredentialsReady', 'DatabaseReady']) {
      expect(app.status?.conditions?.find((condition) => condition.type === type)?.reason, type).to.equal('NotOwned');
    }
    expect(await here.get(STATEFUL_SET, 'guest-mysql')).to.equal(undefined);
    expect(await here.get(SECRET, 'guest-credentials')).to.equal(undefined);
    expect((await here.get(VOLUME_CLAIM, claimOf('guest')))?.metadata).to.deep.equal(before.metadata);

    // handed over without its passwords: those are not made up
    await here.patch(VOLUME_CLAIM, claimOf('guest'), { metadata: { labels: labels(before, 'mysql') } });
    await here.patch(VOLUME_CLAIM, claimOf('guest'), { metadata: { labels: { 'interstellar.dev/app': 'guest' } } });
    await here.appWith('guest', 'Reconciling', 'True', 'CredentialsLost');
    expect(await here.get(STATEFUL_SET, 'guest-mysql')).to.equal(undefined);

    // and with them
    const data = Object.fromEntries(
      ['db_uri', 'db_migration_uri', 'db_root_password', 'secret_key'].map((key) => [key, btoa(`kept ${key}`)]),
    );
    await here.create(SECRET, {
      metadata: { name: 'guest-credentials', labels: labels({ metadata: { name: 'guest' } }, 'credentials') },
      data,
    });
    await here.comesUp('guest');
    expect((await here.get<V1Secret & KubeObject>(SECRET, 'guest-credentials'))?.data).to.deep.equal(data);
  });

  it('are never those of a foreign claim that took the place of the own one in hibernation', async () => {
    const here = await scene();
    await serving(here, 'sleeper');
    await here.declare('sleeper', { mode: 'Hibernated' });
    await here.goesToRest('sleeper');
    await here.appWith('sleeper', 'Ready', 'True', 'Hibernated');
    await vanish(here, VOLUME_CLAIM, claimOf('sleeper'));
    const lost = await here.appWith('sleeper', 'Stalled', 'True', 'VolumeLost');
    expect(messageOf(lost, 'Ready')).to.contain('restore it');
    await here.create(VOLUME_CLAIM, { metadata: { name: claimOf('sleeper') }, spec: claimSpec });
    await here.declare('sleeper', {});
    await here.appWith('sleeper', 'Stalled', 'True', 'NotOwned');
    expect((await here.get<StatefulSet>(STATEFUL_SET, 'sleeper-mysql'))?.spec?.replicas).to.equal(0);
  });

  it('are migrated anew on a new volume, which is not Ready before that', async () => {
    const here = await scene();
    await serving(here, 'lost');
    const [first = ''] = await jobsOf(here);
    await here.patch(VOLUME_CLAIM, claimOf('lost'), { metadata: { finalizers: ['kubernetes.io/pvc-protection'] } });
    await here.remove(VOLUME_CLAIM, claimOf('lost'));
    const app = await here.appWith('lost', 'Stalled', 'True', 'VolumeDeleting');
    expect(messageOf(app, 'Ready')).to.contain('data-lost-mysql-0 is being deleted');

    // the pod that holds the last copy is not ended by a change of what it is made of
    const generation = (await here.get<StatefulSet>(STATEFUL_SET, 'lost-mysql'))?.metadata.generation;
    await here.declare('lost', { database: { managed: { configuration: { max_connections: '110' } } } });
    await eventually(
      'the operator looks',
      () => here.app('lost'),
      (seen) => seen?.status?.observedGeneration === 2,
    );
    expect((await here.get<StatefulSet>(STATEFUL_SET, 'lost-mysql'))?.metadata.generation).to.equal(generation);

    await here.patch(VOLUME_CLAIM, claimOf('lost'), { metadata: { finalizers: null } });
    await here.volumeIsMade('lost');
    await here.child<StatefulSet>(STATEFUL_SET, 'lost-mysql', ({ metadata }) => metadata.generation !== generation);
    await here.databaseComesUp('lost');
    await here.appWith('lost', 'SchemaReady', 'False');
    await here.appWith('lost', 'Ready', 'False');
    const second = await eventually(
      'another migration',
      () => jobsOf(here),
      (names) => names.some((name) => name !== first),
    );
    await here.jobEnds(second.find((name) => name !== first) ?? '', true);
    await here.appWith('lost', 'Ready', 'True');
    await here.child<Claim>(VOLUME_CLAIM, claimOf('lost'), remembers);
  });

  it('stay migrated when finished Jobs are cleaned up: nothing is written, and Ready stays true', async () => {
    const here = await scene();
    await serving(here, 'tidy');
    const before = await lastWritesIn(world, here.namespace);
    const turned = (await here.app('tidy'))?.status?.conditions;
    for (const name of await jobsOf(here)) await vanish(here, JOB, name);
    await here.declare('tidy', {}, { 'example.com/looked': 'again' });
    expect(await lastWritesIn(world, here.namespace)).to.deep.equal(before);
    expect(await jobsOf(here)).to.deep.equal([]);
    expect((await here.app('tidy'))?.status?.conditions).to.deep.equal(turned);
    // also for an operator that has not seen the Job
    await operator.stop();
    operator = startOperator(world);
    await here.declare('tidy', { service: { port: 8080 } });
    await eventually(
      'the operator looks',
      () => here.app('tidy'),
      (app) => app?.status?.observedGeneration === app?.metadata.generation,
    );
    expect(await jobsOf(here)).to.deep.equal([]);
    await here.appWith('tidy', 'Ready', 'True');
  });

  it('that an operator of the first release made keep their migration, though its Job is named otherwise', async () => {
    const here = await scene();
    await serving(here, 'elder');
    const [name = ''] = await jobsOf(here);
    const job = await here.child<KubeObject & { spec: object }>(JOB, name);
    const web = { image: 'webapp:1', revision: LATEST_REVISION, update: '' };
    const declared = withDefaults(await here.child<VacationApp>(VACATION_APP, 'elder'));
    await operator.stop();
    // as it was: a claim without a memory, a Job named for its content alone
    const annotations = Object.fromEntries(
      Object.keys((await here.get(VOLUME_CLAIM, claimOf('elder')))?.metadata.annotations ?? {}).map((key) => [
        key,
        null,
      ]),
    );
    await here.patch(VOLUME_CLAIM, claimOf('elder'), { metadata: { annotations } });
    await vanish(here, JOB, name);
    const older = nameOfMigration(declared, migrationContent(declared, web), undefined);
    const template = structuredClone((job.spec as { template: { metadata: object; spec: object } }).template);
    await here.create(JOB, {
      metadata: { name: older, labels: job.metadata.labels, ownerReferences: job.metadata.ownerReferences },
      spec: {
        template: { metadata: { labels: labels({ metadata: { name: 'elder' } }, 'migration') }, spec: template.spec },
      },
    });
    await here.jobEnds(older, true);
    const templates = async (): Promise<unknown[]> => [
      (await here.get<StatefulSet>(STATEFUL_SET, 'elder-mysql'))?.spec?.template,
      (await here.get<V1Deployment & KubeObject>(DEPLOYMENT, 'elder-web'))?.spec?.template,
    ];
    const before = await templates();
    operator = startOperator(world);
    await here.child<Claim>(
      VOLUME_CLAIM,
      claimOf('elder'),
      ({ metadata }) => metadata.annotations?.[MIGRATED] === name,
    );
    await eventually(
      'the older Job is no longer needed',
      () => jobsOf(here),
      (names) => names.length === 0,
    );
    await here.appWith('elder', 'Ready', 'True');
    expect(await templates()).to.deep.equal(before);
    expect(await jobsOf(here), 'no second migration').to.deep.equal([]);
  });

  for (const kind of [INGRESS, SERVICE, CONFIG_MAP] as const) {
    it(`are let go of under Retain though the ${kind.kind} of the web pods is somebody else's`, async () => {
      const here = await scene();
      const both = async (): Promise<unknown> => [
        ownersOf(await here.get(SECRET, 'careful-credentials')),
        ownersOf(await here.get(VOLUME_CLAIM, claimOf('careful'))),
      ];
      await serving(here, 'careful', { deletionPolicy: 'Delete' });
      await eventually('owned', both, (found) => JSON.stringify(found) === '[["careful"],["careful"]]');
      const policy = async (): Promise<unknown> => (await here.app('careful'))?.status?.database?.deletionPolicy;
      await eventually('Delete is in force', policy, (found) => found === 'Delete');

      await operator.stop();
      if (kind !== INGRESS) await here.remove(kind, 'careful-web');
      const rules = { defaultBackend: { service: { name: 'other', port: { number: 80 } } } };
      const foreign = kind === INGRESS ? { spec: rules } : kind === SERVICE ? { spec: { ports: [{ port: 1 }] } } : {};
      await here.create(kind, { metadata: { name: 'careful-web' }, ...foreign });
      operator = startOperator(world);
      await here.declare('careful', { deletionPolicy: 'Retain', ingress: { host: 'careful.example' } });
      await here.appWith('careful', 'Stalled', 'True', 'NotOwned');
      await eventually('let go', both, (found) => JSON.stringify(found) === '[[],[]]');
      await eventually('Retain is in force', policy, (found) => found === 'Retain');
    });
  }

  it('are let go of under Retain though the claim has lost its label, which is put back', async () => {
    const here = await scene();
    await serving(here, 'bare', { deletionPolicy: 'Delete' });
    const owners = async (): Promise<string[]> => ownersOf(await here.get(VOLUME_CLAIM, claimOf('bare')));
    await eventually('owned', owners, (found) => found.length === 1);
    await operator.stop();
    await here.patch(VOLUME_CLAIM, claimOf('bare'), { metadata: { labels: { 'interstellar.dev/app': null } } });
    operator = startOperator(world);
    await here.declare('bare', { deletionPolicy: 'Retain' });
    await eventually('let go', owners, (found) => found.length === 0);
    await here.child(
      VOLUME_CLAIM,
      claimOf('bare'),
      ({ metadata }) => metadata.labels?.['interstellar.dev/app'] === 'bare',
    );
    await eventually(
      'Retain is in force',
      async () => (await here.app('bare'))?.status?.database?.deletionPolicy,
      (found) => found === 'Retain',
    );
  });

  it('start with the MySQL image that wrote them when the app comes back, and a newer one is only offered', async () => {
    const here = await scene();
    await serving(here, 'back');
    await mysqlRuns(here, 'back');
    await here.child<Claim>(VOLUME_CLAIM, claimOf('back'), ({ metadata }) => {
      return metadata.annotations?.['interstellar.dev/pinned-image'] === 'mysql:1';
    });
    await operator.stop();
    await here.remove(VACATION_APP, 'back');
    // what the garbage collector would take
    for (const kind of [...KINDS, POD]) {
      for (const { metadata } of await here.list(kind)) await vanish(here, kind, metadata.name).catch(() => undefined);
    }
    operator = startOperator(world, { MYSQL_IMAGE: 'mysql:9' });
    try {
      await here.declare('back', {});
      const imageOf = ({ spec }: StatefulSet): string | undefined => spec?.template.spec?.containers[0]?.image;
      expect(imageOf(await here.child<StatefulSet>(STATEFUL_SET, 'back-mysql'))).to.equal('mysql:1');
      const app = await here.appWith('back', 'UpdateAvailable', 'True', 'NewDefaults');
      expect(messageOf(app, 'UpdateAvailable')).to.contain('MySQL image mysql:1 -> mysql:9');
      expect(await jobsOf(here), 'the volume remembers the migration').to.deep.equal([]);
    } finally {
      await operator.stop();
      operator = startOperator(world);
    }
  });

  /** What the kubelet would say of the MySQL pod of the template that is wanted. */
  async function mysqlRuns(here: Scene, app: string): Promise<void> {
    await here.create(POD, {
      metadata: {
        name: `${app}-mysql-0`,
        labels: { ...labels({ metadata: { name: app } }, 'mysql'), 'controller-revision-hash': 'a' },
      },
      spec: { serviceAccountName: `${app}-web`, containers: [{ name: 'mysql', image: 'mysql:1' }] },
    });
    const state = { running: { startedAt: '2026-11-01T00:00:00Z' } };
    const container = { name: 'mysql', image: '', imageID: '', ready: true, restartCount: 0, state };
    await here.patch(POD, `${app}-mysql-0`, { status: { phase: 'Running', containerStatuses: [container] } }, 'status');
  }

  it('may be given up by deleting the claim when the passwords are lost: MySQL stops, and an empty database follows', async () => {
    const here = await scene();
    await serving(here, 'anew');
    const before = await here.get<V1Secret & KubeObject>(SECRET, 'anew-credentials');
    await vanish(here, SECRET, 'anew-credentials');
    const app = await here.appWith('anew', 'Reconciling', 'True', 'CredentialsLost');
    expect(messageOf(app, 'Ready')).to.contain('delete the PersistentVolumeClaim to start with an empty database');
    const replicas = async (): Promise<number | undefined> =>
      (await here.get<StatefulSet>(STATEFUL_SET, 'anew-mysql'))?.spec?.replicas;
    expect(await replicas(), 'what runs goes on').to.equal(1);

    await here.patch(VOLUME_CLAIM, claimOf('anew'), { metadata: { finalizers: ['kubernetes.io/pvc-protection'] } });
    await here.remove(VOLUME_CLAIM, claimOf('anew'));
    await here.appWith('anew', 'Reconciling', 'True', 'StartingOver');
    await eventually('MySQL is stopped', replicas, (count) => count === 0);
    await here.patch(VOLUME_CLAIM, claimOf('anew'), { metadata: { finalizers: null } });
    await eventually('MySQL is started', replicas, (count) => count === 1);
    const after = await here.get<V1Secret & KubeObject>(SECRET, 'anew-credentials');
    expect(after?.data?.db_uri).to.not.equal(before?.data?.db_uri);
    const credentials = ({ spec }: V1Deployment & KubeObject): string | undefined =>
      spec?.template.metadata?.annotations?.['interstellar.dev/credentials-hash'];
    const old = credentials((await here.get<V1Deployment & KubeObject>(DEPLOYMENT, 'anew-web')) ?? ({} as never));
    const done = await jobsOf(here);
    await here.databaseComesUp('anew');
    const jobs = await eventually(
      'another migration',
      () => jobsOf(here),
      (names) => names.length > done.length,
    );
    await here.jobEnds(jobs.find((name) => !done.includes(name)) ?? '', true);
    await here.child<V1Deployment & KubeObject>(DEPLOYMENT, 'anew-web', (live) => credentials(live) !== old);
    await here.webPodsComeUp('anew');
    await here.appWith('anew', 'Ready', 'True');
  });

  it('are found by an app that takes up what --cascade=orphan left, without a change of any template', async () => {
    const here = await scene();
    await serving(here, 'orphan');
    await operator.stop();
    const uid = (await here.app('orphan'))?.metadata.uid;
    await world.admin.request({
      method: 'DELETE',
      path: pathOf(VACATION_APP, here.namespace, 'orphan'),
      body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Orphan' },
    });
    // what the garbage collector does then
    for (const kind of KINDS) {
      for (const { metadata } of await here.list(kind)) {
        if (metadata.ownerReferences === undefined) continue;
        await here.patch(kind, metadata.name, { metadata: { ownerReferences: null } });
      }
    }
    await here.patch(VACATION_APP, 'orphan', { metadata: { finalizers: null } });
    // and what the new app does not want any more, beside a copy that somebody made
    const ofWeb = { labels: labels({ metadata: { name: 'orphan' } }, 'web') };
    const defaultBackend = { service: { name: 'orphan-web', port: { number: 80 } } };
    for (const name of ['orphan-web', 'orphan-web-of-mine']) {
      await here.create(INGRESS, { metadata: { name, ...ofWeb }, spec: { defaultBackend } });
    }
    const generations = async (): Promise<unknown[]> => [
      (await here.get<StatefulSet>(STATEFUL_SET, 'orphan-mysql'))?.metadata.generation,
      (await here.get<V1Deployment & KubeObject>(DEPLOYMENT, 'orphan-web'))?.metadata.generation,
    ];
    const before = await generations();
    operator = startOperator(world);
    await here.declare('orphan', {});
    const app = await here.appWith('orphan', 'Ready', 'True');
    expect(app.metadata.uid).to.not.equal(uid);
    expect(ownersOf(await here.get(STATEFUL_SET, 'orphan-mysql'))).to.deep.equal(['orphan']);
    expect(ownersOf(await here.get(SERVICE, 'orphan-web'))).to.deep.equal(['orphan']);
    await eventually(
      'the Ingress that nobody wants is gone',
      () => here.list(INGRESS),
      (found) => found.length === 1 && found[0]?.metadata.name === 'orphan-web-of-mine',
    );
    expect(await generations()).to.deep.equal(before);
  });

  it('in an external database are migrated when a check finds no schema, and stay so when finished Jobs are cleaned up', async () => {
    const here = await scene();
    await here.create(SECRET, { metadata: { name: 'login' }, stringData: { username: 'ada', password: 'p' } });
    const external = { host: 'db.example.com', name: 'travel', credentialsSecretName: 'login' };
    await here.declare('far', { database: { external } });
    const fresh = { databaseVersion: '8.4.7', schema: 'outdated' };
    await here.databaseIsChecked('far', fresh);
    await here.migrationCompletes('far');
    await here.webPodsComeUp('far');
    await here.appWith('far', 'Ready', 'True');
    await here.child(CONFIG_MAP, 'far-web', ({ metadata }) => {
      const { annotations = {} } = metadata;
      return annotations[MIGRATED] !== undefined && annotations['interstellar.dev/last-check'] !== undefined;
    });

    const before = await lastWritesIn(world, here.namespace);
    for (const name of await jobsOf(here)) await vanish(here, JOB, name);
    for (const { metadata } of await here.list(POD)) await here.remove(POD, metadata.name);
    await here.declare('far', { database: { external } }, { 'example.com/looked': 'again' });
    expect(await lastWritesIn(world, here.namespace), 'no check, no migration').to.deep.equal(before);
    await here.appWith('far', 'Ready', 'True');

    // somebody drops the database and makes it anew, which the next check finds
    await operator.stop();
    await here.patch(CONFIG_MAP, 'far-web', { metadata: { annotations: { 'interstellar.dev/last-check': null } } });
    operator = startOperator(world);
    await here.databaseIsChecked('far', fresh);
    await here.appWith('far', 'SchemaReady', 'False', 'MigrationRunning');
    await here.migrationCompletes('far');
    await here.appWith('far', 'Ready', 'True');
  });

  it('wait for a claim of another storage class, and the status names both and the way out', async () => {
    const here = await scene();
    await here.create(VOLUME_CLAIM, {
      metadata: { name: claimOf('stuck'), labels: labels({ metadata: { name: 'stuck' } }, 'mysql') },
      spec: { ...claimSpec, storageClassName: 'typo' },
    });
    await here.create(SECRET, {
      metadata: { name: 'stuck-credentials', labels: labels({ metadata: { name: 'stuck' } }, 'credentials') },
      data: Object.fromEntries(
        ['db_uri', 'db_migration_uri', 'db_root_password', 'secret_key'].map((key) => [key, btoa(key)]),
      ),
    });
    await here.declare('stuck', { database: { managed: { storage: { storageClassName: 'fast' } } } });
    await here.child(SERVICE_ACCOUNT, 'stuck-web');
    await here.mysqlPodWaits('stuck', 'a', 'ContainerCreating');
    const app = await here.appWith('stuck', 'DatabaseReady', 'False', 'VolumeOfOtherClass');
    expect(messageOf(app, 'DatabaseReady'))
      .to.contain('StorageClass typo')
      .and.contain('StorageClass fast')
      .and.contain('kubectl delete pvc data-stuck-mysql-0');
  });
});
