import { expect } from 'chai';
import type { V1Deployment, V1NetworkPolicy, V1PodTemplateSpec, V1StatefulSet } from '@kubernetes/client-node';
import { withDefaults } from '../../../operator/api/defaults.ts';
import { VACATION_APP, type VacationAppSpec } from '../../../operator/api/vacation-app.ts';
import { pathOf, type Kind, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { neededConnections } from '../../../operator/vacation-app/database/managed/max-connections.ts';
import { CHILD_KINDS } from '../../../operator/vacation-app/children/children.ts';
import {
  AUTOSCALER,
  DEPLOYMENT,
  DISRUPTION_BUDGET,
  JOB,
  NETWORK_POLICY,
  POD,
  SECRET,
  SERVICE_ACCOUNT,
  STATEFUL_SET,
  VOLUME_CLAIM,
} from '../../../operator/vacation-app/kinds.ts';
import {
  createWorld,
  eventually,
  lastWritesIn,
  type Scene,
  startOperator,
  type RunningOperator,
  type World,
} from './world.ts';

const POLICY: Kind = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
};
const BINDING: Kind = {
  apiVersion: POLICY.apiVersion,
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
};
const CRD: Kind = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
};

type Templated = KubeObject & { spec: { template: V1PodTemplateSpec } };

describe('what clusters ask for', () => {
  let world: World;
  let operator: RunningOperator;
  /** An app that was made before the cluster had anything to do with OpenShift. */
  let madeBefore: Scene;

  before(async function () {
    this.timeout(600_000);
    world = await createWorld();
    operator = startOperator(world);
  });

  after(async () => {
    await operator.stop();
    await world.stop();
  });

  const create = (kind: Kind, object: object): Promise<KubeObject> =>
    world.admin.request({
      method: 'POST',
      path: pathOf(kind, ''),
      body: { apiVersion: kind.apiVersion, kind: kind.kind, ...object },
    });

  /** The API server's answer to a request, as its message where it refuses. */
  const answer = (request: Promise<unknown>): Promise<string> =>
    request.then(
      () => 'accepted',
      (error: unknown) => (error as Error).message,
    );

  const podOf = (here: Scene, { metadata, spec }: V1PodTemplateSpec): Promise<string> =>
    answer(
      world.admin.request({
        method: 'POST',
        path: pathOf(POD, here.namespace),
        query: { dryRun: 'All' },
        body: { metadata: { ...metadata, name: 'pod' }, spec },
      }),
    );

  /** Has the API server refuse what the expression does not hold for, in one namespace, and waits until it does. */
  async function demand(here: Scene, expression: string, rules: object[]): Promise<void> {
    const name = `demand-${here.namespace}`;
    await create(POLICY, {
      metadata: { name },
      spec: {
        matchConstraints: { resourceRules: rules },
        validations: [{ expression, message: 'not in this cluster' }],
      },
    });
    const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': here.namespace } };
    await create(BINDING, {
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'], matchResources: { namespaceSelector } },
    });
    const bare = { spec: { containers: [{ name: 'a', image: 'a' }], securityContext: { runAsUser: 1000 } } };
    await eventually(
      'the policy holds',
      () => podOf(here, bare as V1PodTemplateSpec),
      (said) => said.includes('not in this cluster'),
    );
  }

  /** As the controllers of workloads would make them: the claim of MySQL's pod is filled in. */
  async function podsAreAdmitted(here: Scene): Promise<void> {
    for (const kind of [DEPLOYMENT, STATEFUL_SET, JOB]) {
      const workloads = await here.list<Templated>(kind);
      expect(workloads, kind.kind).to.have.length.above(0);
      for (const { metadata, spec } of workloads) {
        const claim = { name: 'data', persistentVolumeClaim: { claimName: 'data' } };
        const volumes = [...(spec.template.spec?.volumes ?? []), ...(kind === STATEFUL_SET ? [claim] : [])];
        const template = { ...spec.template, spec: { ...spec.template.spec, volumes } } as V1PodTemplateSpec;
        expect(await podOf(here, template), metadata.name).to.equal('accepted');
      }
    }
  }

  it('is a label on everything: each object and each pod of an app has what it inherits', async () => {
    const here = await world.scene('labels');
    await here.create(SERVICE_ACCOUNT, { metadata: { name: 'default', labels: { 'cost-center': 'none' } } });
    // All that the operator makes but events, and the pods that others make of it.
    const resources = [...CHILD_KINDS, SECRET, VOLUME_CLAIM, POD].map(({ plural }) => plural);
    const rule = { apiGroups: ['*'], apiVersions: ['*'], operations: ['CREATE', 'UPDATE'], resources };
    await demand(here, "has(object.metadata.labels) && 'cost-center' in object.metadata.labels", [rule]);
    await here.declare('refused', {});
    await here.appWith('refused', 'Ready', 'False', 'ApplyFailed');
    await here.remove(VACATION_APP, 'refused');
    const ours = {
      'interstellar.dev/app': 'labelled',
      'app.kubernetes.io/managed-by': 'vacation-operator',
      'cost-center': 'none',
    };
    await here.create(VOLUME_CLAIM, {
      metadata: {
        name: 'data-labelled-mysql-0',
        labels: ours,
      },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } } },
    });
    await here.patch(
      VOLUME_CLAIM,
      'data-labelled-mysql-0',
      { status: { phase: 'Bound', capacity: { storage: '2Gi' } } },
      'status',
    );
    await here.create(SECRET, {
      metadata: {
        name: 'labelled-credentials',
        labels: ours,
      },
      stringData: Object.fromEntries(
        ['db_uri', 'db_migration_uri', 'db_root_password', 'secret_key'].map((key) => [key, 'x'.repeat(20)]),
      ),
    });
    await here.declare('labelled', {
      ingress: { host: 'a.example.com' },
      inheritedMetadata: { labels: { 'cost-center': 'travel' }, annotations: { 'example.com/owner': 'ada' } },
    });
    await here.comesUp('labelled');
    await podsAreAdmitted(here);
    const holds = ({ metadata }: KubeObject): boolean =>
      metadata.labels?.['cost-center'] === 'travel' && metadata.annotations?.['example.com/owner'] === 'ada';
    await here.child(SECRET, 'labelled-credentials', holds);
    await here.child(VOLUME_CLAIM, 'data-labelled-mysql-0', holds);
  });

  it('is to be asked before MySQL restarts: what its pod inherits waits for an update', async () => {
    const here = await world.scene('announced');
    madeBefore = here;
    await here.declare('announced', {});
    await here.comesUp('announced');
    const labelsOf = async (kind: Kind, name: string): Promise<Record<string, string>> =>
      (await here.get<Templated>(kind, name))?.spec.template.metadata?.labels ?? {};
    const inheritedMetadata = { labels: { 'cost-center': 'travel' } };
    await here.declare('announced', { inheritedMetadata });
    const told = await here.appWith('announced', 'UpdateAvailable', 'True');
    const message = told.status?.conditions?.find(({ type }) => type === 'UpdateAvailable')?.message;
    expect(message).to.contain('MySQL pod metadata: label cost-center');
    await lastWritesIn(world, here.namespace);
    expect(await labelsOf(DEPLOYMENT, 'announced-web')).to.include(inheritedMetadata.labels);
    expect(await labelsOf(STATEFUL_SET, 'announced-mysql')).to.not.have.property('cost-center');
    const own = await here.get(STATEFUL_SET, 'announced-mysql');
    expect(own?.metadata.labels).to.include(inheritedMetadata.labels);
    await here.declare('announced', { inheritedMetadata }, { 'interstellar.dev/update': 'now' });
    await here.child<V1StatefulSet & KubeObject>(
      STATEFUL_SET,
      'announced-mysql',
      ({ spec }) => spec?.template.metadata?.labels?.['cost-center'] === 'travel',
    );
    await here.appWith('announced', 'UpdateAvailable', 'False');
  });

  it('is another scaler: the number of web pods is then nobody’s but its', async () => {
    const here = await world.scene('external');
    const autoscaling = { mode: 'External', minReplicas: 3, maxReplicas: 9 };
    const replicas = (expected: number) =>
      here.child<V1Deployment & KubeObject>(DEPLOYMENT, 'scaled-web', ({ spec }) => spec?.replicas === expected);
    const scale = (to: number) => here.patch(DEPLOYMENT, 'scaled-web', { spec: { replicas: to } }, 'scale');
    await here.declare('scaled', { autoscaling, disruptionBudget: 'Disabled' });
    await here.databaseComesUp('scaled');
    await here.migrationCompletes('scaled');
    await replicas(3);
    await here.webPodsComeUp('scaled');
    await here.appWith('scaled', 'Ready', 'True');
    await scale(12);
    await here.webPodsComeUp('scaled');
    await here.declare('scaled', { autoscaling, disruptionBudget: 'Disabled', booking: { capacityPerDeparture: 6 } });
    await lastWritesIn(world, here.namespace);
    await replicas(12);
    expect(await here.list(AUTOSCALER)).to.deep.equal([]);
    expect(await here.list(DISRUPTION_BUDGET)).to.deep.equal([]);
    await here.declare('scaled', { autoscaling, mode: 'Hibernated' });
    await here.goesToRest('scaled');
    await here.appWith('scaled', 'Ready', 'True', 'Hibernated');
    await here.declare('scaled', { autoscaling });
    await here.databaseComesUp('scaled');
    await replicas(12);
    await here.child(DISRUPTION_BUDGET, 'scaled-web');
    const app = await here.app('scaled');
    expect(app?.status?.conditions?.map(({ type }) => type)).to.not.include('AutoscalingReady');
  });

  it('is that the autoscaler steps aside, and leaves the number as it was', async () => {
    const here = await world.scene('aside');
    await here.declare('aside', {});
    await here.comesUp('aside');
    await here.child(AUTOSCALER, 'aside-web');
    await here.patch(DEPLOYMENT, 'aside-web', { spec: { replicas: 5 } }, 'scale');
    await here.declare('aside', { autoscaling: { mode: 'External' } });
    await eventually(
      'the autoscaler is gone',
      () => here.list(AUTOSCALER),
      (found) => found.length === 0,
    );
    await lastWritesIn(world, here.namespace);
    expect((await here.get<V1Deployment & KubeObject>(DEPLOYMENT, 'aside-web'))?.spec?.replicas).to.equal(5);
  });

  it('is what the formula of the connections says, in the schema as in the code', async () => {
    const here = await world.scene('connections');
    const pool = (value: string) => [{ name: 'DB_POOL_SIZE', value }];
    const rows: readonly Partial<VacationAppSpec>[] = [
      {},
      { replicas: 1 },
      { replicas: 100 },
      { autoscaling: { maxReplicas: 37 } },
      { autoscaling: { mode: 'External', maxReplicas: 20 } },
      ...['1', '9', '100', '999', '0', '05', '5.0', 'many'].map((value) => ({ replicas: 7, env: pool(value) })),
      { env: [{ name: 'DB_POOL_SIZE', valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } }] },
    ];
    for (const spec of rows) {
      const needed = neededConnections(withDefaults({ metadata: { name: 'any' }, spec }));
      const asking = (connections: number): Promise<string> =>
        answer(
          world.admin.request({
            method: 'POST',
            path: pathOf(VACATION_APP, here.namespace),
            query: { dryRun: 'All' },
            body: {
              apiVersion: VACATION_APP.apiVersion,
              kind: VACATION_APP.kind,
              metadata: { name: 'any' },
              spec: { ...spec, database: { managed: { configuration: { max_connections: String(connections) } } } },
            },
          }),
        );
      expect(await asking(needed), JSON.stringify(spec)).to.equal('accepted');
      expect(await asking(needed - 1), JSON.stringify(spec)).to.contain('max_connections is too small');
    }
  });

  it('is not that somebody takes the keys that the operator lives by', async () => {
    const here = await world.scene('keys');
    const labelled = (key: string) => answer(here.declare('keys', { inheritedMetadata: { labels: { [key]: 'x' } } }));
    const annotated = (key: string) =>
      answer(here.declare('keys', { inheritedMetadata: { annotations: { [key]: 'x' } } }));
    for (const key of [
      'interstellar.dev/app',
      'app.kubernetes.io/component',
      'app.kubernetes.io/version',
      'batch.kubernetes.io/job-name',
      'pod-template-hash',
    ]) {
      expect(await labelled(key), key).to.contain('use other keys');
    }
    for (const key of ['interstellar.dev/pinned-image', 'kubernetes.io/ingress.class', 'pv.kubernetes.io/bound']) {
      expect(await annotated(key), key).to.contain('use other keys');
    }
    expect(await labelled('no key'), 'a space').to.contain('a key has the form');
    for (const key of ['cost-center', 'app.kubernetes.io/instance', 'example.com/team']) {
      expect(await labelled(key), key).to.equal('accepted');
    }
    expect(await annotated('cluster-autoscaler.kubernetes.io/safe-to-evict')).to.equal('accepted');
  });

  // Last: from here on it is another cluster.
  it('is ids of the platform where OpenShift’s API is served, and DNS on its port', async () => {
    const here = await world.scene('ids');
    await here.create(SERVICE_ACCOUNT, { metadata: { name: 'default' } });
    const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] };
    const given = (field: string): string => `has(object.spec.securityContext.${field})`;
    const none = ['runAsUser', 'runAsGroup', 'fsGroup'].map((field) => `!${given(field)}`).join(' && ');
    await demand(here, `!has(object.spec.securityContext) || (${none})`, [rule]);
    const group = 'security.openshift.io';
    const names = { kind: 'SecurityContextConstraints', plural: 'securitycontextconstraints' };
    await create(CRD, {
      metadata: { name: `${names.plural}.${group}` },
      spec: {
        group,
        scope: 'Cluster',
        names,
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    });
    await eventually(
      'the group is served',
      () => answer(world.admin.request({ method: 'GET', path: `/apis/${group}` })),
      (said) => said === 'accepted',
    );
    await operator.stop();
    operator = startOperator(world);
    await here.declare('openshift', {});
    await here.comesUp('openshift');
    await podsAreAdmitted(here);
    const policy = await here.get<V1NetworkPolicy & KubeObject>(NETWORK_POLICY, 'openshift-web');
    expect(policy?.spec?.egress?.[0]?.ports?.map(({ port }) => port)).to.deep.equal([53, 53, 5353, 5353]);
    // What was made before goes on as it is, and says what an update would change.
    const app = await madeBefore.appWith('announced', 'UpdateAvailable', 'True');
    const message = app.status?.conditions?.find(({ type }) => type === 'UpdateAvailable')?.message;
    expect(message).to.contain('web pod ids Managed -> Platform; MySQL pod ids Managed -> Platform');
    const made = await madeBefore.get<Templated>(STATEFUL_SET, 'announced-mysql');
    expect(made?.spec.template.spec?.securityContext).to.include({ runAsUser: 999, fsGroup: 999 });
  });
});
