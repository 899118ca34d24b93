import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import type { V1ClusterRole, V1Deployment } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import type { VacationApp } from '../../../operator/api/vacation-app.ts';
import { pathOf, type Kind, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { DEPLOYMENT, JOB, POD, SECRET, STATEFUL_SET, VOLUME_CLAIM } from '../../../operator/vacation-app/kinds.ts';
import { LABEL } from '../../../operator/vacation-app/names.ts';
import { CHILD_KINDS } from '../../../operator/vacation-app/children/children.ts';
import { root } from '../../../scripts/cluster/paths.ts';
import { httpRouteCrd } from '../../support/gateway-api.ts';
import { createKubectl } from '../../support/kubectl.ts';
import type { KubeApiserverOptions } from '../../support/kube-apiserver.ts';
import { createWorld, eventually, type Scene, startOperator, type RunningOperator, type World } from './world.ts';

const OPERATOR = 'system:serviceaccount:vacation-system:vacation-operator';
const CRD: Kind = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
};
const SERVICE_ACCOUNT: Kind = { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts' };
const REVIEW: Kind = {
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
};

const EVERYTHING = {
  ingress: { host: 'booking.example.com', className: 'nginx' },
  gateway: { parentRefs: [{ name: 'public' }] },
  deletionPolicy: 'Delete',
};

interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly responseStatus?: { readonly code: number };
  readonly objectRef?: { readonly apiGroup?: string; readonly resource: string; readonly subresource?: string };
}

async function doneBy(username: string, { server }: World): Promise<AuditEvent[]> {
  const lines = (await readFile(server.auditLog, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as AuditEvent).filter(({ user }) => user.username === username);
}

const right = (group: string, resource: string, verb: string): string => `${verb} ${resource}${group && '.'}${group}`;

const used = (events: readonly AuditEvent[]): string[] =>
  events.flatMap(({ verb, objectRef, responseStatus }) => {
    if (objectRef === undefined) return [];
    const { apiGroup = '', resource, subresource } = objectRef;
    // A patch that makes an object takes the right to create it too.
    const verbs = verb === 'patch' && responseStatus?.code === 201 ? [verb, 'create'] : [verb];
    const what = subresource === undefined ? resource : `${resource}/${subresource}`;
    return verbs.map((each) => right(apiGroup, what, each));
  });

async function granted(): Promise<string[]> {
  const files = ['cluster-role.yaml', 'leader-election-role.yaml'];
  const texts = await Promise.all(files.map((file) => readFile(join(root, 'config', 'rbac', file), 'utf8')));
  const roles = texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as V1ClusterRole));
  return roles.flatMap(({ rules = [] }) =>
    rules.flatMap(({ apiGroups = [], resources = [], verbs }) =>
      apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => right(group, resource, verb)))),
    ),
  );
}

/** Another child of the same sort, as an operator that wanted more would have left it. */
function leftover(child: KubeObject, app: VacationApp): KubeObject {
  const { metadata, status: _, ...rest } = structuredClone(child) as KubeObject & { status?: unknown };
  const body = rest as { spec?: Record<string, unknown> };
  // What the API server has chosen for the original.
  for (const name of ['clusterIP', 'clusterIPs']) Reflect.deleteProperty(body.spec ?? {}, name);
  if (child.kind === 'Job') {
    const { template } = body.spec as { template: { metadata: { labels: object } } };
    Reflect.deleteProperty(body.spec ?? {}, 'selector');
    template.metadata.labels = {};
  }
  const owner = {
    apiVersion: app.apiVersion ?? '',
    kind: app.kind ?? '',
    name: app.metadata.name,
    uid: app.metadata.uid ?? '',
  };
  return {
    ...body,
    metadata: { name: `${metadata.name}-old`, labels: metadata.labels ?? {}, ownerReferences: [owner] },
  };
}

interface Attributes {
  readonly namespace: string;
  readonly verb: string;
  readonly group?: string;
  readonly resource: string;
  readonly subresource?: string;
}

/** What the API server says by now: it takes some moments for roles to hold, and to hold no longer. */
async function mayOperator({ admin }: World, resourceAttributes: Attributes): Promise<boolean> {
  const { status } = await admin.request<{ status: { allowed: boolean } }>({
    method: 'POST',
    path: pathOf(REVIEW, ''),
    body: { apiVersion: REVIEW.apiVersion, kind: REVIEW.kind, spec: { user: OPERATOR, resourceAttributes } },
  });
  return status.allowed;
}

/** A world with the operator running under the rights that an overlay gives it, and none else. */
async function installed(
  overlay: string,
  env: Readonly<Record<string, string>>,
  options: KubeApiserverOptions,
): Promise<{ world: World; operator: RunningOperator; here: Scene }> {
  const world = await createWorld(options);
  const here = await world.namespace('travel');
  await world.admin.request({ method: 'POST', path: pathOf(CRD, ''), body: await httpRouteCrd() });
  const kubectl = createKubectl(world.server.kubectl);
  await kubectl(['apply', '--server-side', '--force-conflicts', '--kustomize', join(root, overlay)]);
  const { status } = await world.admin.request<{ status: { token: string } }>({
    method: 'POST',
    path: pathOf(SERVICE_ACCOUNT, 'vacation-system', 'vacation-operator', 'token'),
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3_600 } },
  });
  for (const [what, right] of [
    ['the role', { namespace: 'travel', verb: 'list', resource: 'secrets' }],
    ['that of the lease', { namespace: 'vacation-system', verb: 'create', group: 'coordination.k8s.io', resource: 'leases' }], // prettier-ignore
  ] as const) {
    await eventually(`${what} holds`, () => mayOperator(world, right), Boolean);
  }
  const operator = startOperator(world, { LEADER_ELECTION: 'true', ...env }, world.client(status.token));
  return { world, operator, here };
}

for (const [title, overlay, env] of [
  ['in the whole cluster', 'config/default', {}],
  ['in a namespace alone', 'config/namespaced', { WATCH_NAMESPACES: 'travel' }],
] as const) {
  describe(`the rights of the operator ${title}`, () => {
    let world: World;
    let operator: RunningOperator;
    let here: Scene;

    before(async function () {
      this.timeout(600_000);
      ({ world, operator, here } = await installed(overlay, env, { auditReads: true }));
    });

    after(async () => {
      await operator.stop();
      await world.stop();
    });

    it('are enough for an app with every sort of child', async () => {
      await here.declare('milky-way', EVERYTHING);
      await here.comesUp('milky-way');
      for (const kind of CHILD_KINDS) {
        await eventually(
          kind.kind,
          () => here.list(kind),
          (found) => found.length > 0,
        );
      }
    });

    it('are not used to read what the watches tell, but for the lease, the claim of a new app, and the app that data are to go with', async () => {
      const reads = (await doneBy(OPERATOR, world)).filter(({ verb }) => verb === 'get');
      const of = new Set(reads.flatMap(({ objectRef }) => objectRef?.resource ?? []));
      expect([...of]).to.have.members(['leases', 'persistentvolumeclaims', 'vacationapps']);
      const claims = reads.filter(({ objectRef }) => objectRef?.resource === 'persistentvolumeclaims');
      // twice more where the watch of claims lags behind that of StatefulSets
      expect(claims).to.have.length.within(1, 3);
    });

    it('are enough to own the volume and, from then on, the credentials', async () => {
      await here.child(
        VOLUME_CLAIM,
        'data-milky-way-mysql-0',
        ({ metadata }) => metadata.ownerReferences?.length === 1,
      );
      await here.child(SECRET, 'milky-way-credentials', ({ metadata }) => metadata.ownerReferences?.length === 1);
    });

    it('are enough to put back what loses its label, and to take away what is no longer wanted', async () => {
      const app = await here.appWith('milky-way', 'Ready', 'True');
      const unlabelled = async (kind: Kind, name = ''): Promise<void> => {
        await here.patch(kind, name, { metadata: { labels: { 'interstellar.dev/app': null } } });
        await here.child(kind, name, ({ metadata }) => metadata.labels?.['interstellar.dev/app'] === 'milky-way');
      };
      for (const kind of [SECRET, ...CHILD_KINDS].filter((each) => each !== JOB)) {
        const [child] = await here.list(kind);
        await unlabelled(kind, child?.metadata.name);
      }
      // a Job only as long as it runs: one that has done its work is not needed any more
      await here.declare('milky-way', { ...EVERYTHING, image: 'webapp:2' });
      await here.appWith('milky-way', 'SchemaReady', 'False', 'MigrationRunning');
      const jobs = await here.list<KubeObject & { status?: { completionTime?: string } }>(JOB);
      await unlabelled(JOB, jobs.find(({ status }) => status?.completionTime === undefined)?.metadata.name);
      await here.migrationCompletes('milky-way');
      await here.child<V1Deployment & KubeObject>(
        DEPLOYMENT,
        'milky-way-web',
        ({ spec }) => spec?.template.spec?.containers[0]?.image === 'webapp:2',
      );
      await here.webPodsComeUp('milky-way');
      for (const kind of CHILD_KINDS) {
        const [child] = await here.list(kind);
        const { metadata } = await here.create(kind, leftover({ ...child, kind: kind.kind } as KubeObject, app));
        await eventually(
          `${kind.kind} ${metadata.name} is gone`,
          () => here.get(kind, metadata.name),
          (found) => found === undefined || found.metadata.deletionTimestamp !== undefined,
        );
      }
    });

    it('are enough to tell the same thing twice', async () => {
      await here.patch(DEPLOYMENT, 'milky-way-web', { status: { availableReplicas: 0, readyReplicas: 0 } }, 'status');
      await here.appWith('milky-way', 'Ready', 'False');
      await here.webPodsComeUp('milky-way');
      await here.appWith('milky-way', 'Ready', 'True');
      await eventually(
        'the event is counted',
        async () => used(await doneBy(OPERATOR, world)),
        (rights) => rights.includes('patch events'),
      );
    });

    it('are enough for a database and a Secret of the user’s own, and to put the app to sleep', async () => {
      const external = { host: 'db.example.com', name: 'travel', credentialsSecretName: 'login' };
      const metadata = { name: 'login', labels: { [LABEL.watch]: 'true' } };
      await here.create(SECRET, { metadata, stringData: { username: 'ada', password: 'p' } });
      await here.declare('external', { database: { external } });
      await here.databaseIsChecked('external', { databaseVersion: '8.4.0' });
      await here.migrationCompletes('external');
      await here.webPodsComeUp('external');
      await here.appWith('external', 'Ready', 'True');
      await here.declare('external', { database: { external }, mode: 'Hibernated' });
      await here.child<V1Deployment & KubeObject>(DEPLOYMENT, 'external-web', ({ spec }) => spec?.replicas === 0);
    });

    it('are enough to replace a pod of MySQL that cannot run, and to read why a workload has none', async () => {
      await here.mysqlPodWaits('milky-way', 'before', 'ImagePullBackOff');
      await here.databaseIsReplaced('milky-way', 'before', 'after');
      await eventually(
        'the pod is deleted',
        () => here.get(POD, 'milky-way-mysql-0'),
        (found) => found === undefined,
      );
      await here.declare('refused', {});
      const set = await here.child(STATEFUL_SET, 'refused-mysql');
      await here.podIsRefused(STATEFUL_SET, set, 'exceeded quota: small');
      await here.appWith('refused', 'DatabaseReady', 'False', 'PodsRejected');
    });

    it('refused nothing so far', async () => {
      const events = await doneBy(OPERATOR, world);
      const refused = events.filter(({ responseStatus }) => responseStatus?.code === 403);
      expect(refused.map(({ verb, requestURI }) => `${verb} ${requestURI}`)).to.deep.equal([]);
      expect(events.length).to.be.above(100);
    });

    it('are all used, but for the one that is no request of its own', async () => {
      const rights = await granted();
      // The lease is renewed after two seconds, which is longer than all that went before may take.
      await eventually(
        'all but one right is used',
        async () => {
          const done = new Set(used(await doneBy(OPERATOR, world)));
          return rights.filter((one) => !done.has(one));
        },
        (unused) => isDeepStrictEqual(unused, ['update vacationapps/finalizers.interstellar.dev']),
      );
    });

    it('are none in other namespaces, unless the operator is there for all', async () => {
      const may = (namespace: string) => mayOperator(world, { namespace, verb: 'get', resource: 'secrets' });
      expect([await may('travel'), await may('default')]).to.deep.equal([true, overlay === 'config/default']);
    });
  });
}

describe('the rights of the operator where the API server guards owner references', () => {
  let world: World;
  let operator: RunningOperator;
  let here: Scene;

  before(async function () {
    this.timeout(600_000);
    const admissionPlugins = ['OwnerReferencesPermissionEnforcement'];
    ({ world, operator, here } = await installed('config/default', {}, { admissionPlugins }));
  });

  after(async () => {
    await operator.stop();
    await world.stop();
  });

  it('are enough', async () => {
    await here.declare('milky-way', { ...EVERYTHING, deletionPolicy: 'Retain' });
    await here.comesUp('milky-way');
  });

  it('are missed when that of finalizers is taken away', async () => {
    const role: Kind = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', plural: 'clusterroles' };
    const path = pathOf(role, '', 'vacation-operator');
    const { rules = [] } = await world.admin.request<V1ClusterRole>({ method: 'GET', path });
    await world.admin.request({
      method: 'PATCH',
      path,
      contentType: 'application/merge-patch+json',
      body: { rules: rules.filter(({ resources }) => !resources?.includes('vacationapps/finalizers')) },
    });
    const finalizers = { group: 'interstellar.dev', resource: 'vacationapps', subresource: 'finalizers' };
    await eventually(
      'it is taken away',
      () => mayOperator(world, { namespace: 'travel', verb: 'update', ...finalizers }),
      (may) => !may,
    );
    await here.declare('refused', {});
    const app = await here.appWith('refused', 'Ready', 'False', 'ApplyFailed');
    const ready = app.status?.conditions?.find(({ type }) => type === 'Ready');
    expect(ready?.message).to.contain('cannot set blockOwnerDeletion');
  });
});
