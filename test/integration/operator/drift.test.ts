import { expect } from 'chai';
import { ANNOTATION, type Correction, type VacationApp } from '../../../operator/api/vacation-app.ts';
import { pathOf, type Kind, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { AUTOSCALER, CONFIG_MAP, DEPLOYMENT, SERVICE, STATEFUL_SET } from '../../../operator/vacation-app/kinds.ts';
import { createWorld, eventually, type Scene, startOperator, type RunningOperator, type World } from './world.ts';

const EVENT: Kind = { apiVersion: 'v1', kind: 'Event', plural: 'events' };

type Told = Pick<Correction, 'object' | 'field' | 'manager' | 'count'>;

describe('drift against a real API server', () => {
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

  async function serving(app: string, spec: object = {}): Promise<Scene> {
    const here = await world.scene('drift');
    await here.declare(app, spec);
    await here.comesUp(app);
    return here;
  }

  const drift = async (here: Scene, app: string): Promise<Told[]> =>
    ((await here.app(app))?.status?.drift ?? []).map(({ object, field, manager, count }) => ({
      object,
      field,
      manager,
      count,
    }));
  const told = (here: Scene, app: string): Promise<Told[]> =>
    eventually(
      'drift is told',
      () => drift(here, app),
      (found) => found.length > 0,
    );
  const reasons = async (here: Scene): Promise<string[]> =>
    (await here.list<KubeObject & { reason: string }>(EVENT)).map(({ reason }) => reason);
  const label = (here: Scene, value: string): Promise<KubeObject> =>
    here.patch(SERVICE, 'fought-web', { metadata: { labels: { 'app.kubernetes.io/name': value } } });
  const hasLabel = ({ metadata }: KubeObject): boolean =>
    metadata.labels?.['app.kubernetes.io/name'] === 'vacation-app';

  it('names who changed which field, once it is put back', async () => {
    const here = await serving('edited');
    await here.patch(DEPLOYMENT, 'edited-web', {
      spec: { template: { spec: { terminationGracePeriodSeconds: 7, dnsPolicy: 'Default' } } },
    });
    expect(await told(here, 'edited')).to.deep.equal([
      {
        object: 'Deployment/edited-web',
        field: 'spec.template.spec.terminationGracePeriodSeconds',
        manager: 'somebody-else',
        count: 1,
      },
    ]);
    expect((await here.app('edited'))?.status?.drift?.[0]?.time).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    await eventually(
      'an event',
      () => reasons(here),
      (found) => found.includes('DriftCorrected'),
    );
  });

  it('names who took a field by force, and a field of a list by its key', async () => {
    const here = await serving('stolen');
    await world.admin.request({
      method: 'PATCH',
      path: pathOf(STATEFUL_SET, here.namespace, 'stolen-mysql'),
      query: { fieldManager: 'thief', force: true },
      contentType: 'application/apply-patch+yaml',
      body: {
        apiVersion: STATEFUL_SET.apiVersion,
        kind: STATEFUL_SET.kind,
        metadata: { name: 'stolen-mysql' },
        spec: { template: { spec: { containers: [{ name: 'mysql', image: 'mysql:stolen' }] } } },
      },
    });
    expect(await told(here, 'stolen')).to.deep.equal([
      {
        object: 'StatefulSet/stolen-mysql',
        field: 'spec.template.spec.containers[mysql].image',
        manager: 'thief',
        count: 1,
      },
    ]);
  });

  it('tells of a deletion and of a field that was removed, without a name that nobody knows', async () => {
    const here = await serving('gone');
    await here.remove(CONFIG_MAP, 'gone-web');
    expect(await told(here, 'gone')).to.deep.equal([
      { object: 'ConfigMap/gone-web', field: '*', manager: 'unknown', count: 1 },
    ]);
    const other = await serving('removed');
    await other.patch(SERVICE, 'removed-web', { metadata: { labels: { 'interstellar.dev/app': null } } });
    expect(await told(other, 'removed')).to.deep.equal([
      { object: 'Service/removed-web', field: 'metadata.labels[interstellar.dev/app]', manager: 'unknown', count: 1 },
    ]);
  });

  it('names who changed a field while the operator was away', async () => {
    const here = await serving('away');
    await operator.stop();
    await here.patch(SERVICE, 'away-web', { spec: { selector: { 'interstellar.dev/app': 'other' } } });
    operator = startOperator(world);
    expect(await told(here, 'away')).to.deep.equal([
      { object: 'Service/away-web', field: 'spec.selector[interstellar.dev/app]', manager: 'somebody-else', count: 1 },
    ]);
  });

  it('takes nothing for drift that the operator, the autoscaler or the spec brings about', async () => {
    const here = await serving('ordinary');
    await here.patch(DEPLOYMENT, 'ordinary-web', { spec: { replicas: 7 } }, 'scale');
    await here.declare('ordinary', { replicas: 4, service: { port: 81 } });
    await here.child<KubeObject & { spec: { replicas: number } }>(
      DEPLOYMENT,
      'ordinary-web',
      ({ spec }) => spec.replicas === 4,
    );
    await here.declare('ordinary', {}, { [ANNOTATION.restart]: 'now', [ANNOTATION.update]: 'now' });
    await here.child(AUTOSCALER, 'ordinary-web');
    await operator.stop();
    operator = startOperator(world, { WEBAPP_IMAGE: 'webapp:2' });
    await here.appWith('ordinary', 'UpdateAvailable', 'True');
    await here.declare('ordinary', { image: 'webapp:3', booking: { capacityPerDeparture: 7 } });
    await here.appWith('ordinary', 'SchemaReady', 'False', 'MigrationRunning');
    await here.migrationCompletes('ordinary');
    await here.child<KubeObject & { spec: { template: { spec: { containers: { image: string }[] } } } }>(
      DEPLOYMENT,
      'ordinary-web',
      ({ spec }) => spec.template.spec.containers[0]?.image === 'webapp:3',
    );
    await here.webPodsComeUp('ordinary');
    await here.appWith('ordinary', 'Ready', 'True');
    expect(await drift(here, 'ordinary')).to.deep.equal([]);
    expect(await reasons(here)).not.to.include('DriftCorrected');
  });

  it('corrects less and less often what is changed back, says so, and lets nothing else wait', async () => {
    const here = await serving('fought');
    const changes = 9;
    const started = performance.now();
    for (let change = 1; change <= changes; change += 1) {
      await here.child(SERVICE, 'fought-web', hasLabel);
      await label(here, `stolen-${change}`);
    }
    // The first is no answer to a correction. Five of those come at once, then one after 1, 2 and 4 s each; the next would after 8.
    expect(performance.now() - started).to.be.above(7_000);
    const app = await here.appWith('fought', 'Reconciling', 'True', 'FieldContested');
    const contested = app.status?.conditions?.find(({ type }) => type === 'Reconciling');
    expect(contested?.message).to.contain('metadata.labels[app.kubernetes.io/name] of Service/fought-web');
    expect(contested?.message).to.contain('somebody-else');
    expect(app.status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'it serves').to.equal('True');
    expect(await drift(here, 'fought')).to.have.length(1);
    expect(await reasons(here)).to.include('FieldContested');

    await here.remove(CONFIG_MAP, 'fought-web');
    await here.child(CONFIG_MAP, 'fought-web');
    expect(await here.get(SERVICE, 'fought-web').then((live) => live && hasLabel(live))).to.equal(false);
    await here.patch(SERVICE, 'fought-web', { spec: { selector: { 'interstellar.dev/app': 'other' } } });
    await here.child(SERVICE, 'fought-web', hasLabel);
  });

  it('names the scaler that keeps a hibernated app from its rest', async () => {
    const here = await serving('restless');
    const autoscaling = { mode: 'External' };
    await here.declare('restless', { autoscaling, mode: 'Hibernated' });
    const scaled = (to: number) =>
      here.child<KubeObject & { spec: { replicas: number } }>(
        DEPLOYMENT,
        'restless-web',
        ({ spec }) => spec.replicas === to,
      );
    for (let change = 1; change <= 7; change += 1) {
      await scaled(0);
      await here.patch(DEPLOYMENT, 'restless-web', { spec: { replicas: 3 } }, 'scale');
    }
    await eventually(
      'the scaler is named',
      async () => (await here.app('restless'))?.status?.conditions?.find(({ type }) => type === 'Ready'),
      (ready) =>
        ready?.reason === 'Hibernating' && ready.message.includes('spec.replicas of Deployment/restless-web (by'),
    );
  });

  it('writes less and less often what a mutating policy rewrites, and says so', async function () {
    const { minor } = await world.admin.request<{ minor: string }>({ method: 'GET', path: '/version' });
    // Kubernetes has MutatingAdmissionPolicy in v1 since 1.36.
    if (Number.parseInt(minor) < 36) this.skip();
    const here = await world.scene('drift');
    const policies = 'mutatingadmissionpolicies';
    const name = 'rewrites-a-label';
    const create = (plural: string, kind: string, spec: object): Promise<unknown> =>
      world.admin.request({
        method: 'POST',
        path: pathOf({ apiVersion: ADMISSION_API, kind, plural }, ''),
        body: { apiVersion: ADMISSION_API, kind, metadata: { name }, spec },
      });
    const path = '/metadata/labels/app.kubernetes.io~1name';
    await create(policies, 'MutatingAdmissionPolicy', {
      reinvocationPolicy: 'Never',
      matchConstraints: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': here.namespace } },
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['services'] },
        ],
      },
      matchConditions: [{ name: 'web', expression: "object.metadata.name.endsWith('-web')" }],
      mutations: [
        {
          patchType: 'JSONPatch',
          jsonPatch: { expression: `[JSONPatch{op: "replace", path: "${path}", value: "rewritten"}]` },
        },
      ],
    });
    await create('mutatingadmissionpolicybindings', 'MutatingAdmissionPolicyBinding', { policyName: name });
    await eventually(
      'the policy rewrites',
      async () => {
        const body = { metadata: { name: 'probe-web', labels: { 'app.kubernetes.io/name': 'as-asked' } }, spec: PROBE };
        const query = { dryRun: 'All' };
        return world.admin.request<KubeObject>({
          method: 'POST',
          path: pathOf(SERVICE, here.namespace),
          query,
          body,
        });
      },
      (probe) => probe.metadata.labels?.['app.kubernetes.io/name'] === 'rewritten',
    );
    await here.declare('rewritten', {});
    await here.comesUp('rewritten');
    let looks = 0;
    const app = await eventually(
      'the field is contested',
      async () => {
        // Each change makes the operator look, and write again what was rewritten.
        await here.declare('rewritten', {}, { look: String((looks += 1)) });
        return here.app('rewritten');
      },
      (found): found is VacationApp => found?.status?.conditions?.some(isContested) === true,
    );
    const contested = app.status?.conditions?.find(isContested);
    expect(contested?.message).to.contain('metadata.labels[app.kubernetes.io/name] of Service/rewritten-web');
    expect(contested?.message).to.contain('admission');
    expect(app.status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'it serves').to.equal('True');
  });
});

const isContested = ({ reason }: { reason: string }): boolean => reason === 'FieldContested';

const ADMISSION_API = 'admissionregistration.k8s.io/v1';
const PROBE = { ports: [{ port: 80 }] };
