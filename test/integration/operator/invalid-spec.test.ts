import { expect } from 'chai';
import { VACATION_APP, type VacationApp } from '../../../operator/api/vacation-app.ts';
import { pathOf, type Kind, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { CONFIG_MAP, DEPLOYMENT, SECRET, VOLUME_CLAIM } from '../../../operator/vacation-app/kinds.ts';
import { readCrd } from '../../support/crd.ts';
import {
  createWorld,
  eventually,
  lastWritesIn,
  startOperator,
  writesIn,
  type RunningOperator,
  type Scene,
  type World,
} from './world.ts';

const CRD: Kind = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
};
const EVENT: Kind = { apiVersion: 'v1', kind: 'Event', plural: 'events' };
const STALLED = ['Stalled', 'True', 'InvalidSpec'] as const;

interface Crd {
  readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: object } }[] };
}

interface Told extends KubeObject {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
}

describe('an app that got past the schema', () => {
  let world: World;
  let here: Scene;
  let operator: RunningOperator | undefined;

  before(async function () {
    this.timeout(600_000);
    world = await createWorld();
  });
  beforeEach(async () => {
    here = await world.scene('past');
  });
  afterEach(async () => {
    await operator?.stop();
    operator = undefined;
  });
  after(() => world.stop());

  async function setVersions(versions: object): Promise<void> {
    await world.admin.request({
      method: 'PATCH',
      path: pathOf(CRD, '', 'vacationapps.interstellar.dev'),
      contentType: 'application/merge-patch+json',
      body: { spec: { versions } },
    });
  }

  /** What the API server says to a spec that breaks a rule, at this moment. */
  const isRefused = (): Promise<boolean> =>
    world.admin
      .request({
        method: 'POST',
        path: pathOf(VACATION_APP, here.namespace),
        query: { dryRun: 'All' },
        body: { apiVersion: VACATION_APP.apiVersion, kind: VACATION_APP.kind, metadata: { name: '1st' }, spec: {} },
      })
      .then(
        () => false,
        () => true,
      );

  /** Does it under a schema that takes everything, and puts the right one back. */
  async function past<T>(work: () => Promise<T>): Promise<T> {
    const { spec } = await readCrd<Crd>();
    const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const loose = spec.versions.map((version) => ({ ...version, schema: { openAPIV3Schema: anything } }));
    await setVersions(loose);
    await eventually('the loose schema holds', isRefused, (refused) => !refused);
    const result = await work();
    await setVersions(spec.versions);
    await eventually('the schema holds again', isRefused, Boolean);
    return result;
  }

  const conditionOf = (app: VacationApp | undefined, type: string) =>
    app?.status?.conditions?.find((condition) => condition.type === type);

  const answerTo = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'accepted',
      (error: unknown) => String(error),
    );

  const invalidities = async (): Promise<Told[]> =>
    (await here.list<Told>(EVENT)).filter(({ reason }) => reason === 'InvalidSpec');

  it('is told as stalled where the operator cannot work with it, left as it runs, and taken up when it is corrected', async () => {
    operator = startOperator(world);
    await here.declare('milky-way', {});
    await here.comesUp('milky-way');
    await operator.stop();
    await past(() => here.declare('milky-way', { credentials: { secretName: '..' } }));
    const before = await writesIn(world, here.namespace);
    operator = startOperator(world);
    const app = await here.appWith('milky-way', ...STALLED);
    expect(conditionOf(app, 'Ready')).to.include({ status: 'False', reason: 'InvalidSpec' });
    expect(conditionOf(app, 'Ready')?.message).to.equal('spec.credentials.secretName must be the name of a Secret');
    expect(app.status?.observedGeneration).to.equal(app.metadata.generation);
    expect(conditionOf(app, 'WebReady')).to.include({ status: 'Unknown', reason: 'InvalidSpec' });
    expect((await lastWritesIn(world, here.namespace)).slice(before.length)).to.deep.equal([
      'update vacationapps/status milky-way',
    ]);
    expect((await invalidities()).map(({ type, count }) => [type, count])).to.deep.equal([['Warning', 1]]);

    await here.declare('milky-way', { replicas: 3 });
    await here.child<KubeObject & { spec: { replicas: number } }>(
      DEPLOYMENT,
      'milky-way-web',
      ({ spec }) => spec.replicas === 3,
    );
    const corrected = await here.webPodsComeUp('milky-way').then(() => here.appWith('milky-way', 'Ready', 'True'));
    expect(conditionOf(corrected, 'Stalled')).to.equal(undefined);
  });

  it('is served on where only a value breaks a rule that came later', async () => {
    operator = startOperator(world);
    const breaking = {
      autoscaling: { minReplicas: 2, maxReplicas: 200 },
      env: [{ name: 'NODE_OPTIONS', value: '--trace-warnings' }],
      deletionPolicy: 'Keep',
      networkPolicy: 'Strict',
    };
    await past(async () => {
      await here.declare('milky-way', breaking);
      await here.comesUp('milky-way');
    });
    expect(await answerTo(here.declare('andromeda', breaking))).to.contain('Unsupported value');
    await here.declare('milky-way', { ...breaking, booking: { capacityPerDeparture: 7 } });
    await here.child<KubeObject & { data: Record<string, string> }>(
      CONFIG_MAP,
      'milky-way-web',
      ({ data }) => data.CAPACITY_PER_DEPARTURE === '7',
    );
    const app = await eventually(
      'the change is answered',
      () => here.webPodsComeUp('milky-way').then(() => here.app('milky-way')),
      (live) =>
        live?.status?.observedGeneration === live?.metadata.generation && conditionOf(live, 'Ready')?.status === 'True',
    );
    expect(conditionOf(app, 'Stalled')).to.equal(undefined);
    const claim = await here.get(VOLUME_CLAIM, 'data-milky-way-mysql-0');
    expect(claim?.metadata.ownerReferences, 'an unknown policy deletes nothing').to.equal(undefined);
    expect(await invalidities()).to.deep.equal([]);
  });

  it('is served on where the whole of it breaks a rule, which an event tells since its status cannot be written', async () => {
    await past(() => here.declare('a.b', {}));
    operator = startOperator(world);
    const [event] = await eventually('an event tells it', invalidities, (events) => events.length > 0);
    expect(event?.message).to.contain('metadata.name must start with a letter');
    await here.child(CONFIG_MAP, 'a.b-web');
    await here.remove(VACATION_APP, 'a.b');
  });

  /** What the API server takes a status of, and what it does not. */
  const shapes: readonly (readonly [what: string, spec: unknown, says: string, isToldInStatus: boolean])[] = [
    ['a name that leads elsewhere', { credentials: { secretName: '..' } }, 'the name of a Secret', true],
    ['fields of other types', { env: 'all of them', database: 7 }, 'spec.env must be a list', false],
    ['no spec at all', undefined, 'spec must be an object', false],
  ];
  for (const [what, spec, says, isToldInStatus] of shapes) {
    it(`has no children where it was made with ${what}, and goes when it is deleted`, async () => {
      await past(() => here.create(VACATION_APP, { metadata: { name: 'andromeda' }, spec }));
      operator = startOperator(world);
      const [event] = await eventually('an event tells it', invalidities, (events) => events.length > 0);
      expect(event?.message).to.contain(says);
      if (isToldInStatus)
        expect(conditionOf(await here.appWith('andromeda', ...STALLED), 'Ready')?.message).to.contain(says);
      expect(await lastWritesIn(world, here.namespace)).to.deep.equal(['update vacationapps/status andromeda']);
      expect(await here.list(SECRET)).to.deep.equal([]);
      expect(await invalidities()).to.have.length(1);
      await here.remove(VACATION_APP, 'andromeda');
      await eventually(
        'it is gone',
        () => here.app('andromeda'),
        (left) => left === undefined,
      );
      await here.declare('andromeda', {});
      await here.comesUp('andromeda');
    });
  }
});
