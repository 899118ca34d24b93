import { expect } from 'chai';
import type { V1PersistentVolumeClaim, V1StatefulSet } from '@kubernetes/client-node';
import { VACATION_APP } from '../../../operator/api/vacation-app.ts';
import { pathOf, type Kind, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { STATEFUL_SET, VOLUME_CLAIM } from '../../../operator/vacation-app/kinds.ts';
import { LABEL, labels } from '../../../operator/vacation-app/names.ts';
import { createWorld, lastWritesIn, type Scene, startOperator, type RunningOperator, type World } from './world.ts';

const STORAGE_CLASS: Kind = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', plural: 'storageclasses' };

type Claim = V1PersistentVolumeClaim & KubeObject;

describe('the volume of the database', () => {
  let world: World;
  let operator: RunningOperator;
  let here: Scene;

  before(async function () {
    this.timeout(600_000);
    world = await createWorld();
    here = await world.namespace('travel');
    for (const [name, allowVolumeExpansion] of [
      ['elastic', true],
      ['rigid', false],
    ] as const) {
      const body = { metadata: { name }, provisioner: 'example.com/disks', allowVolumeExpansion };
      await world.admin.request({ method: 'POST', path: pathOf(STORAGE_CLASS, ''), body });
    }
    operator = startOperator(world);
  });

  after(async () => {
    await operator.stop();
    await world.stop();
  });

  const spec = (size: string, storageClassName: string): object => ({
    database: { managed: { storage: { size, storageClassName } } },
  });

  /** An app that serves, with a volume as the StatefulSet's controller and a driver would make it. */
  async function serving(name: string, storageClassName: string): Promise<string> {
    const claim = `data-${name}-mysql-0`;
    await here.declare(name, spec('2Gi', storageClassName));
    await here.child(STATEFUL_SET, `${name}-mysql`);
    await here.create(VOLUME_CLAIM, {
      metadata: { name: claim, labels: labels({ metadata: { name } }, 'mysql') },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName,
        volumeName: `volume-of-${name}`,
        resources: { requests: { storage: '2Gi' } },
      },
    });
    await here.patch(VOLUME_CLAIM, claim, { status: { phase: 'Bound', capacity: { storage: '2Gi' } } }, 'status');
    await here.comesUp(name);
    return claim;
  }

  const messageOf = async (name: string, type: string): Promise<string> =>
    (await here.app(name))?.status?.conditions?.find((condition) => condition.type === type)?.message ?? '';
  const requested = ({ spec: claimed }: Claim): string | undefined => claimed?.resources?.requests?.storage;

  it('grows to the size that the spec says, tells so, and leaves the StatefulSet as it is', async () => {
    const claim = await serving('growing', 'elastic');
    const before = await here.get<V1StatefulSet & KubeObject>(STATEFUL_SET, 'growing-mysql');
    await here.declare('growing', spec('5Gi', 'elastic'));
    await here.child<Claim>(VOLUME_CLAIM, claim, (live) => requested(live) === '5Gi');
    await here.child(
      VACATION_APP,
      'growing',
      (app: KubeObject & { status?: { observedGeneration?: number } }) => app.status?.observedGeneration === 2,
    );
    const growing = await here.appWith('growing', 'Ready', 'True');
    expect(growing.status?.database?.storage).to.equal('2Gi');
    expect(await messageOf('growing', 'DatabaseReady')).to.contain('growing from 2Gi to 5Gi');
    await here.patch(VOLUME_CLAIM, claim, { status: { capacity: { storage: '5Gi' } } }, 'status');
    await here.child(
      VACATION_APP,
      'growing',
      (app: KubeObject & { status?: { database?: { storage?: string } } }) => app.status?.database?.storage === '5Gi',
    );
    expect(await messageOf('growing', 'DatabaseReady')).to.equal('MySQL takes connections');
    // Its template keeps the first size, so the operator must know that to put the label back.
    await here.patch(STATEFUL_SET, 'growing-mysql', { metadata: { labels: { [LABEL.app]: null } } });
    const after = await here.child<V1StatefulSet & KubeObject>(
      STATEFUL_SET,
      'growing-mysql',
      ({ metadata }) => metadata.labels?.[LABEL.app] === 'growing',
    );
    expect(after.metadata.uid).to.equal(before?.metadata.uid);
    expect(after.metadata.generation, 'no change of what pods are made of').to.equal(before?.metadata.generation);
  });

  it('is written to grow and to remember the migration, and not again by an operator that starts anew', async () => {
    const before = await lastWritesIn(world, here.namespace);
    await operator.stop();
    operator = startOperator(world);
    await here.declare('later', {});
    await here.appWith('later', 'DatabaseReady', 'False', 'DatabaseStarting');
    const after = (await lastWritesIn(world, here.namespace)).filter((write) => !write.includes('later'));
    expect(after).to.deep.equal(before);
    expect(after.filter((write) => write.includes('persistentvolumeclaims'))).to.have.length(2);
  });

  it('stalls the app where its class does not let it grow, and goes on when the size is taken back', async () => {
    await serving('stuck', 'rigid');
    await here.declare('stuck', spec('5Gi', 'rigid'));
    await here.appWith('stuck', 'Stalled', 'True', 'VolumeNotExpandable');
    expect(await messageOf('stuck', 'Ready'))
      .to.contain('cannot grow from 2Gi to 5Gi')
      .and.contain('StorageClass rigid');
    await here.appWith('stuck', 'WebReady', 'True');
    await here.declare('stuck', spec('2Gi', 'rigid'));
    await here.appWith('stuck', 'Ready', 'True');
  });
});
