import { expect } from 'chai';
import type { V1Job, V1StatefulSet } from '@kubernetes/client-node';
import type { VacationApp } from '../../../operator/api/vacation-app.ts';
import type { KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { JOB, POD, STATEFUL_SET } from '../../../operator/vacation-app/kinds.ts';
import { createWorld, eventually, type Scene, startOperator, type RunningOperator, type World } from './world.ts';

type Live<T> = T & KubeObject;

const imageOf = ({ spec }: V1StatefulSet): string | undefined => spec?.template.spec?.containers[0]?.image;

const messageOf = ({ status }: VacationApp, type: string): string =>
  status?.conditions?.find((condition) => condition.type === type)?.message ?? '';

describe('the way back', () => {
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

  const imageIs = async (app: string, holds: (image: string | undefined) => boolean): Promise<string | undefined> =>
    imageOf(await here.child<Live<V1StatefulSet>>(STATEFUL_SET, `${app}-mysql`, (live) => holds(imageOf(live))));

  const podIsGone = (app: string): Promise<unknown> =>
    eventually(
      `pod ${app}-mysql-0 is gone`,
      () => here.get(POD, `${app}-mysql-0`),
      (found) => found === undefined,
    );

  it('from a MySQL image that does not exist is to take it out of the spec again', async () => {
    await here.declare('typo', {});
    await here.comesUp('typo');
    const before = await imageIs('typo', () => true);
    await here.declare('typo', { database: { managed: { image: 'mysql:typo' } } });
    await imageIs('typo', (image) => image === 'mysql:typo');
    await here.mysqlPodWaits('typo', 'b', 'ImagePullBackOff');
    await here.databaseIsReplaced('typo', 'a', 'b');
    await here.appWith('typo', 'DatabaseReady', 'False', 'ImagePullFailed');
    await here.declare('typo', {});
    await imageIs('typo', (image) => image === before);
    await here.databaseIsReplaced('typo', 'a', 'a');
    await podIsGone('typo');
    await here.databaseComesUp('typo');
    await here.appWith('typo', 'Ready', 'True');
  });

  it('is the DBA’s to take under OnDelete: the status names the pod, and a ready one serves', async () => {
    await here.declare('held', {});
    await here.comesUp('held');
    await here.patch(STATEFUL_SET, 'held-mysql', {
      spec: { updateStrategy: { type: 'OnDelete', rollingUpdate: null } },
    });
    await here.databaseIsReplaced('held', 'a', 'b');
    await here.mysqlPodWaits('held', 'a', 'ImagePullBackOff');
    const stuck = await here.appWith('held', 'DatabaseReady', 'False', 'ImagePullFailed');
    expect(messageOf(stuck, 'DatabaseReady')).to.contain('waits for you to delete pod held-mysql-0');
    await here.patch(STATEFUL_SET, 'held-mysql', { status: { readyReplicas: 1 } }, 'status');
    const serving = await here.appWith('held', 'Ready', 'True');
    expect(messageOf(serving, 'DatabaseReady')).to.contain('waits for you to delete pod held-mysql-0');
    expect(await here.get(POD, 'held-mysql-0')).to.not.equal(undefined);
  });

  it('from a refusal of pods starts with the words of the API server', async function () {
    this.timeout(120_000);
    await here.declare('refused', {});
    const set = await here.child(STATEFUL_SET, 'refused-mysql');
    await here.podIsRefused(STATEFUL_SET, set, 'every pod needs the label cost-center');
    const refused = await here.appWith('refused', 'DatabaseReady', 'False', 'PodsRejected');
    expect(messageOf(refused, 'Reconciling')).to.contain('refused-mysql').and.contain('the label cost-center');
    await here.databaseComesUp('refused');
    const waiting = await here.appWith('refused', 'SchemaReady', 'False', 'MigrationRunning');
    expect(messageOf(waiting, 'SchemaReady')).to.contain('has no pod yet');
    const isOurs = ({ metadata }: KubeObject): boolean => metadata.name.startsWith('refused-migrate-');
    const [job] = (await here.list<Live<V1Job>>(JOB)).filter(isOurs);
    if (!job) throw new Error('there is no migration');
    await here.podIsRefused(JOB, job, 'failed quota: compute: must specify limits.cpu for: migrate');
    const rejected = await here.appWith('refused', 'SchemaReady', 'False', 'PodsRejected');
    expect(messageOf(rejected, 'Reconciling')).to.match(
      /failed quota: compute: .*; their resources are those of spec\.jobs\.resources$/,
    );
    await here.patch(JOB, job.metadata.name, { spec: { suspend: true } });
    const now = `${new Date().toISOString().slice(0, 19)}Z`;
    const conditions = [{ type: 'Suspended', status: 'True', lastTransitionTime: now }];
    await here.patch(JOB, job.metadata.name, { status: { conditions } }, 'status');
    const suspended = await here.appWith('refused', 'SchemaReady', 'False', 'JobSuspended');
    expect(messageOf(suspended, 'Reconciling')).to.contain(`kubectl patch job ${job.metadata.name}`);
  });
});
