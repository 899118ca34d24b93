import { expect } from 'chai';
import type { V1Deployment, V1Secret, V1StatefulSet } from '@kubernetes/client-node';
import { ANNOTATION } from '../../../operator/api/vacation-app.ts';
import { pathOf, type Kind, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import {
  AUTOSCALER,
  CONFIG_MAP,
  DEPLOYMENT,
  JOB,
  POD,
  SECRET,
  SERVICE,
  STATEFUL_SET,
  VOLUME_CLAIM,
} from '../../../operator/vacation-app/kinds.ts';
import { CONTENT, FACT, LABEL, labels } from '../../../operator/vacation-app/names.ts';
import type { Scene } from './world.ts';
import {
  createWorld,
  eventually,
  lastWritesIn,
  startOperator,
  writesIn,
  type RunningOperator,
  type World,
} from './world.ts';

type Live<T> = T & KubeObject;

const webPod = (app: string): object => ({
  metadata: { name: `${app}-web-0`, labels: labels({ metadata: { name: app } }, 'web') },
  spec: { serviceAccountName: `${app}-web`, containers: [{ name: 'web', image: 'webapp:1' }] },
});

describe('reconciling against a real API server', () => {
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

  const scene = (): Promise<Scene> => world.scene('reconcile');

  it('builds an empty spec up step by step to Ready, with few writes, and then writes nothing', async () => {
    const here = await scene();
    await here.declare('milky-way', {});
    await here.appWith('milky-way', 'DatabaseReady', 'False', 'DatabaseStarting');
    expect(await here.list(JOB), 'no migration before the database').to.deep.equal([]);
    await here.databaseComesUp('milky-way');
    await here.appWith('milky-way', 'SchemaReady', 'False', 'MigrationRunning');
    expect(await here.get(DEPLOYMENT, 'milky-way-web'), 'no web pods before the schema').to.equal(undefined);
    await here.migrationCompletes('milky-way');
    await here.child(AUTOSCALER, 'milky-way-web');
    await here.webPodsComeUp('milky-way');
    const app = await here.appWith('milky-way', 'Ready', 'True');
    expect(app.status?.observedGeneration).to.equal(1);
    expect(app.status?.web).to.deep.equal({ desired: 2, ready: 2, updated: 2, summary: '2/2' });
    expect(app.status?.url).to.equal(`http://milky-way-web.${here.namespace}.svc`);
    expect(app.status?.image).to.equal('webapp:1');
    const applier = app.metadata.managedFields?.find(({ manager }) => manager === 'test');
    expect(applier?.fieldsV1, 'who applied the app still owns its fields').to.have.property('f:spec');

    const writes = await writesIn(world, here.namespace);
    const status = writes.filter((write) => write.includes('vacationapps/status'));
    const handovers = writes.filter((write) => write.includes('handover'));
    const children = writes.filter((write) => !status.includes(write) && !handovers.includes(write));
    expect(children.length, children.join('\n')).to.be.at.most(14);
    expect(handovers).to.have.length(1);
    expect(status.length).to.be.at.most(6);
  });

  it('writes nothing after a restart to an app that is as it should be', async () => {
    const here = await scene();
    // Whatever form the API server gives to what is asked for.
    await here.declare('steady', {
      resources: { requests: { cpu: '0.5', memory: '1024Mi' }, limits: { cpu: 1 } },
      env: [{ name: 'EMPTY', value: '' }],
      pod: { tolerations: [{ key: 'a', operator: 'Exists', value: '' }] },
      database: { managed: { resources: { requests: { cpu: '0.1' } }, storage: { size: '2048Mi' } } },
    });
    await here.declare('empty', {
      imagePullSecrets: [],
      env: [],
      resources: { requests: {}, limits: {} },
      pod: {
        labels: {},
        annotations: {},
        nodeSelector: {},
        tolerations: [],
        affinity: {
          nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] },
          podAffinity: {},
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { topologyKey: 'zone', namespaces: [], labelSelector: { matchLabels: {}, matchExpressions: [] } },
            ],
          },
        },
        topologySpreadConstraints: [],
        priorityClassName: '',
      },
      service: { annotations: {} },
      ingress: { host: 'empty.example.com', annotations: {} },
      database: { managed: { resources: { requests: {} }, configuration: {} } },
    });
    await here.comesUp('steady');
    await here.comesUp('empty');
    const before = await lastWritesIn(world, here.namespace);
    await operator.stop();
    operator = startOperator(world);
    // Proof that the new process is at work: it reacts to another app, and looks at the rest after that.
    await here.declare('later', {});
    await here.appWith('later', 'DatabaseReady', 'False', 'DatabaseStarting');
    const after = (await lastWritesIn(world, here.namespace)).filter((write) => !write.includes('later'));
    expect(after).to.deep.equal(before);
  });

  it('puts back what somebody edits, deletes or unlabels', async () => {
    const here = await scene();
    await here.declare('drifting', {});
    await here.comesUp('drifting');
    await here.patch(SERVICE, 'drifting-web', { spec: { selector: { 'interstellar.dev/app': 'other' } } });
    await here.child<KubeObject & { spec: { selector: Record<string, string> } }>(
      SERVICE,
      'drifting-web',
      ({ spec }) => spec.selector['interstellar.dev/app'] === 'drifting',
    );
    await here.remove(CONFIG_MAP, 'drifting-web');
    await here.child(CONFIG_MAP, 'drifting-web');
    await here.patch(DEPLOYMENT, 'drifting-web', { metadata: { labels: { 'interstellar.dev/app': null } } });
    await here.child(
      DEPLOYMENT,
      'drifting-web',
      ({ metadata }) => metadata.labels?.['interstellar.dev/app'] === 'drifting',
    );
    await here.appWith('drifting', 'Ready', 'True');
  });

  it('leaves fields alone that it never set', async () => {
    const here = await scene();
    await here.declare('shared', {});
    await here.comesUp('shared');
    await here.patch(SERVICE, 'shared-web', { metadata: { annotations: { 'example.com/team': 'blue' } } });
    await here.patch(SERVICE, 'shared-web', { spec: { sessionAffinity: 'ClientIP' } });
    // Something of ours changes too, so that an apply follows.
    await here.declare('shared', { service: { port: 8080 } });
    const service = await here.child<KubeObject & { spec: { sessionAffinity: string; ports: { port: number }[] } }>(
      SERVICE,
      'shared-web',
      ({ spec }) => spec.ports[0]?.port === 8080,
    );
    expect(service.metadata.annotations?.['example.com/team']).to.equal('blue');
    expect(service.spec.sessionAffinity).to.equal('ClientIP');
  });

  it('never takes over or changes an object of somebody else, and says which it is', async () => {
    const here = await scene();
    await here.create(CONFIG_MAP, { metadata: { name: 'taken-web' }, data: { mine: 'yes' } });
    await here.declare('taken', {});
    const app = await here.appWith('taken', 'Stalled', 'True', 'NotOwned');
    const ready = app.status?.conditions?.find(({ type }) => type === 'Ready');
    expect(ready?.message).to.contain(`ConfigMap ${here.namespace}/taken-web`);
    const foreign = await here.get<KubeObject & { data: object }>(CONFIG_MAP, 'taken-web');
    expect(foreign?.data).to.deep.equal({ mine: 'yes' });
    await here.remove(CONFIG_MAP, 'taken-web');
    await here.patch(STATEFUL_SET, 'taken-mysql', { metadata: { annotations: { touched: 'yes' } } });
    await here.appWith('taken', 'DatabaseReady', 'False', 'DatabaseStarting');
  });

  it('says which finalizers hold a child that somebody deletes, and makes it anew once they are gone', async () => {
    const here = await scene();
    await here.declare('leaving', {});
    await here.comesUp('leaving');
    const { metadata } = await here.child(SERVICE, 'leaving-web');
    await here.patch(SERVICE, 'leaving-web', { metadata: { finalizers: ['example.com/cleanup'] } });
    await here.remove(SERVICE, 'leaving-web');
    const app = await here.appWith('leaving', 'Reconciling', 'True', 'ChildDeleting');
    const conditions = app.status?.conditions ?? [];
    expect(conditions.find(({ type }) => type === 'Ready')?.status).to.equal('True');
    expect(conditions.find(({ type }) => type === 'Reconciling')?.message).to.contain(
      `Service ${here.namespace}/leaving-web is being deleted, and held by finalizer example.com/cleanup: `,
    );
    await here.patch(SERVICE, 'leaving-web', { metadata: { finalizers: null } });
    await here.child(SERVICE, 'leaving-web', (service) => service.metadata.uid !== metadata.uid);
  });

  it('hands replicas to the autoscaler once, and takes and gives them only when the spec says so', async () => {
    const here = await scene();
    const replicas = async (): Promise<number | undefined> =>
      (await here.get<Live<V1Deployment>>(DEPLOYMENT, 'scaled-web'))?.spec?.replicas;
    await here.declare('scaled', { autoscaling: { minReplicas: 3, maxReplicas: 8 } });
    await here.comesUp('scaled');
    expect(await replicas()).to.equal(3);

    await here.patch(DEPLOYMENT, 'scaled-web', { spec: { replicas: 7 } }, 'scale');
    await here.declare('scaled', { autoscaling: { minReplicas: 3, maxReplicas: 9 } });
    await here.child<KubeObject & { spec: { maxReplicas: number } }>(
      AUTOSCALER,
      'scaled-web',
      (it) => it.spec.maxReplicas === 9,
    );
    expect(await replicas(), 'the autoscaler is obeyed').to.equal(7);

    await here.declare('scaled', { replicas: 4 });
    await eventually('four', replicas, (count) => count === 4);
    await eventually(
      'no autoscaler',
      () => here.get(AUTOSCALER, 'scaled-web'),
      (found) => found === undefined,
    );
    await here.patch(DEPLOYMENT, 'scaled-web', { spec: { replicas: 1 } });
    await eventually('four again', replicas, (count) => count === 4);

    await here.declare('scaled', {});
    await here.child(AUTOSCALER, 'scaled-web');
    expect(await replicas(), 'given as it is').to.equal(4);
    await here.patch(DEPLOYMENT, 'scaled-web', { spec: { replicas: 6 } }, 'scale');
    await here.declare('scaled', { service: { port: 81 } });
    await here.child<KubeObject & { spec: { ports: { port: number }[] } }>(
      SERVICE,
      'scaled-web',
      ({ spec }) => spec.ports[0]?.port === 81,
    );
    await lastWritesIn(world, here.namespace);
    expect(await replicas(), 'the autoscaler is obeyed again').to.equal(6);
  }).timeout(60_000);

  it('puts an app to sleep, web pods first, and wakes it as large as it was', async () => {
    const here = await scene();
    const deployment = (): Promise<Live<V1Deployment> | undefined> => here.get(DEPLOYMENT, 'sleepy-web');
    const mysql = async (): Promise<number | undefined> =>
      (await here.get<Live<V1StatefulSet>>(STATEFUL_SET, 'sleepy-mysql'))?.spec?.replicas;
    await here.declare('sleepy', { autoscaling: { minReplicas: 2, maxReplicas: 8 } });
    await here.comesUp('sleepy');
    await here.create(POD, webPod('sleepy'));
    await here.patch(DEPLOYMENT, 'sleepy-web', { spec: { replicas: 5 } }, 'scale');
    // The pod is older, so by then the operator knows of it too.
    await eventually(
      'the operator knows of the scaling',
      () => here.app('sleepy'),
      (app) => app?.status?.web?.desired === 5,
    );

    await here.declare('sleepy', { mode: 'Hibernated', autoscaling: { minReplicas: 2, maxReplicas: 8 } });
    await here.child<Live<V1Deployment>>(DEPLOYMENT, 'sleepy-web', ({ spec }) => spec?.replicas === 0);
    expect(await here.get(AUTOSCALER, 'sleepy-web'), 'no autoscaler wakes it').to.equal(undefined);
    await eventually(
      'the pod that is waited for is told',
      async () => {
        const { status } = await here.appWith('sleepy', 'Ready', 'False', 'Hibernating');
        return status?.conditions?.find(({ type }) => type === 'Ready')?.message ?? '';
      },
      (message) => message.includes('sleepy-web-0'),
    );
    expect(await mysql(), 'MySQL waits for the last web pod').to.equal(1);
    await here.remove(POD, 'sleepy-web-0');
    await here.goesToRest('sleepy');
    await here.appWith('sleepy', 'Ready', 'True', 'Hibernated');
    expect(await here.get(SECRET, 'sleepy-credentials'), 'the credentials stay').not.to.equal(undefined);

    await here.declare('sleepy', { image: 'webapp:2', autoscaling: { minReplicas: 2, maxReplicas: 8 } });
    await eventually('MySQL is back', mysql, (replicas) => replicas === 1);
    expect((await deployment())?.spec?.replicas, 'the web pods wait for it').to.equal(0);
    expect(await here.get(AUTOSCALER, 'sleepy-web')).to.equal(undefined);
    // The number of web pods is not lost with the label that the operator watches by.
    await here.patch(DEPLOYMENT, 'sleepy-web', { metadata: { labels: { [LABEL.app]: null } } });
    await here.databaseComesUp('sleepy');
    await eventually(
      'a migration of the new image',
      () => here.list(JOB),
      (jobs) => jobs.length === 2,
    );
    await here.migrationCompletes('sleepy');
    const awake = await here.child<Live<V1Deployment>>(DEPLOYMENT, 'sleepy-web', ({ spec }) => spec?.replicas === 5);
    expect(awake.spec?.template.spec?.containers[0]?.image, 'the template came first').to.equal('webapp:2');
    await here.child(AUTOSCALER, 'sleepy-web');
    await here.child<Live<V1Deployment>>(
      DEPLOYMENT,
      'sleepy-web',
      ({ metadata }) => metadata.annotations?.[FACT.size] === undefined,
    );
    await here.webPodsComeUp('sleepy');
    await here.appWith('sleepy', 'Ready', 'True', 'Available');
  }).timeout(60_000);

  it('starts nothing of an app that is declared asleep', async () => {
    const here = await scene();
    await here.declare('unborn', { mode: 'Hibernated' });
    await here.goesToRest('unborn');
    await here.appWith('unborn', 'Ready', 'True', 'Hibernated');
    expect(await here.list(JOB)).to.deep.equal([]);
    await here.declare('unborn', {});
    await here.comesUp('unborn');
    const { spec } = await here.child<Live<V1Deployment>>(DEPLOYMENT, 'unborn-web');
    expect(spec?.replicas).to.equal(2);
  });

  it('leaves to others what they keep beside the credentials, and lets them take it away', async () => {
    const here = await scene();
    await here.declare('rotating', {});
    await here.comesUp('rotating');
    const holds = async (data: Record<string, string>): Promise<void> => {
      const metadata = { name: 'rotating-credentials', namespace: here.namespace };
      await world.admin.request({
        method: 'PATCH',
        path: pathOf(SECRET, here.namespace, metadata.name),
        query: { fieldManager: 'gitops' },
        contentType: 'application/apply-patch+yaml',
        body: { apiVersion: 'v1', kind: 'Secret', metadata, data },
      });
    };
    const hash = async (): Promise<string | undefined> =>
      (await here.get<Live<V1Deployment>>(DEPLOYMENT, 'rotating-web'))?.spec?.template.metadata?.annotations?.[
        CONTENT.credentials
      ];
    const before = await hash();
    await holds({ secret_key_previous: 'eA==' });
    await eventually('the pods have the key', hash, (now) => now !== before);
    await holds({});
    expect((await here.get<Live<V1Secret>>(SECRET, 'rotating-credentials'))?.data).to.not.have.property(
      'secret_key_previous',
    );
    await eventually('the pods no longer have it', hash, (now) => now === before);
  });

  it('keeps credentials that exist, and never makes new ones while there is a volume that needs the old', async () => {
    const here = await scene();
    await here.declare('secretive', {});
    await here.comesUp('secretive');
    const before = await here.get<Live<V1Secret>>(SECRET, 'secretive-credentials');
    expect(Object.keys(before?.data ?? {})).to.include.members([
      'db_uri',
      'db_migration_uri',
      'db_root_password',
      'secret_key',
    ]);
    expect(before?.metadata.ownerReferences, 'kept under Retain').to.equal(undefined);
    await here.remove(SECRET, 'secretive-credentials');
    const app = await here.appWith('secretive', 'Reconciling', 'True', 'CredentialsLost');
    expect(app.status?.conditions?.find(({ type }) => type === 'Ready')?.message).to.contain('restore the Secret');
    expect(await here.get(SECRET, 'secretive-credentials')).to.equal(undefined);
    await here.create(SECRET, {
      metadata: { name: 'secretive-credentials', labels: before?.metadata.labels },
      data: before?.data,
    });
    await here.appWith('secretive', 'Ready', 'True');
  });

  it('owns the volume and the credentials under Delete only, and lets go of them under Retain', async () => {
    const here = await scene();
    const owners = async (kind: Kind, name: string): Promise<(string | undefined)[]> =>
      ((await here.get(kind, name))?.metadata.ownerReferences ?? []).map((owner) => owner.name);
    const both = async (): Promise<unknown> => [
      await owners(SECRET, 'owning-credentials'),
      await owners(VOLUME_CLAIM, 'data-owning-mysql-0'),
    ];
    await here.declare('owning', { deletionPolicy: 'Delete' });
    await here.child(STATEFUL_SET, 'owning-mysql');
    await here.create(VOLUME_CLAIM, {
      metadata: { name: 'data-owning-mysql-0', labels: labels({ metadata: { name: 'owning' } }, 'mysql') },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    await eventually('owned', both, (found) => JSON.stringify(found) === '[["owning"],["owning"]]');
    await here.declare('owning', {});
    await eventually('let go', both, (found) => JSON.stringify(found) === '[[],[]]');
  });

  it('runs one migration per image, and moves the web pods only after it', async () => {
    const here = await scene();
    await here.declare('moving', { image: 'webapp:1' });
    await here.comesUp('moving');
    await here.declare('moving', { image: 'webapp:2' });
    await here.appWith('moving', 'SchemaReady', 'False', 'MigrationRunning');
    const image = (deployment: Live<V1Deployment> | undefined): string | undefined =>
      deployment?.spec?.template.spec?.containers[0]?.image;
    expect(image(await here.get<Live<V1Deployment>>(DEPLOYMENT, 'moving-web'))).to.equal('webapp:1');
    await here.migrationCompletes('moving');
    await here.child<Live<V1Deployment>>(DEPLOYMENT, 'moving-web', (live) => image(live) === 'webapp:2');
    await eventually(
      'only the last migration stays',
      () => here.list(JOB),
      (jobs) => jobs.length === 1,
    );
  });

  it('restarts nothing when a newer operator has other defaults, until it is asked to', async () => {
    const here = await scene();
    await here.declare('pinned', {});
    await here.comesUp('pinned');
    const template = async (kind: typeof DEPLOYMENT, name: string): Promise<unknown> =>
      (await here.get<Live<V1Deployment | V1StatefulSet>>(kind, name))?.spec?.template;
    const web = await template(DEPLOYMENT, 'pinned-web');
    const mysql = await template(STATEFUL_SET, 'pinned-mysql');
    await operator.stop();
    operator = startOperator(world, { WEBAPP_IMAGE: 'webapp:9', MYSQL_IMAGE: 'mysql:9' });
    try {
      const told = await here.appWith('pinned', 'UpdateAvailable', 'True', 'NewDefaults');
      expect(told.status?.conditions?.find(({ type }) => type === 'UpdateAvailable')?.message).to.contain('webapp:9');
      expect(await template(DEPLOYMENT, 'pinned-web')).to.deep.equal(web);
      expect(await template(STATEFUL_SET, 'pinned-mysql')).to.deep.equal(mysql);
      await here.declare('pinned', {}, { [ANNOTATION.update]: 'please' });
      await here.child<Live<V1StatefulSet>>(
        STATEFUL_SET,
        'pinned-mysql',
        ({ spec }) => spec?.template.spec?.containers[0]?.image === 'mysql:9',
      );
      await here.databaseComesUp('pinned');
      await eventually(
        'a migration of the new image',
        () => here.list(JOB),
        (jobs) => jobs.length === 2,
      );
      await here.migrationCompletes('pinned');
      await here.child<Live<V1Deployment>>(
        DEPLOYMENT,
        'pinned-web',
        ({ spec }) => spec?.template.spec?.containers[0]?.image === 'webapp:9',
      );
      await here.appWith('pinned', 'UpdateAvailable', 'False', 'UpToDate');
    } finally {
      await operator.stop();
      operator = startOperator(world);
    }
  }).timeout(60_000);

  it('restarts nothing either when a workload loses its label', async () => {
    const here = await scene();
    await here.declare('unlabelled', {}, { [ANNOTATION.restart]: 'once' });
    await here.comesUp('unlabelled');
    await here.declare('unlabelled', {});
    const children = [
      [DEPLOYMENT, 'unlabelled-web'],
      [STATEFUL_SET, 'unlabelled-mysql'],
    ] as const;
    const templates = (): Promise<unknown[]> =>
      Promise.all(
        children.map(async ([kind, name]) => (await here.get<Live<V1Deployment>>(kind, name))?.spec?.template),
      );
    const before = await templates();
    await operator.stop();
    operator = startOperator(world, { WEBAPP_IMAGE: 'webapp:9', MYSQL_IMAGE: 'mysql:9', POD_IDS: 'Platform' });
    try {
      await here.appWith('unlabelled', 'UpdateAvailable', 'True', 'NewDefaults');
      for (const [kind, name] of children) {
        await here.patch(kind, name, { metadata: { labels: { [LABEL.app]: null } } });
        await here.child(kind, name, ({ metadata }) => metadata.labels?.[LABEL.app] === 'unlabelled');
      }
      await here.appWith('unlabelled', 'Ready', 'True');
      expect(await templates()).to.deep.equal(before);
      expect(await here.list(JOB), 'no migration of the new image').to.have.length(1);
    } finally {
      await operator.stop();
      operator = startOperator(world);
    }
  }).timeout(60_000);

  it('keeps the number of web pods where the label goes together with a change to an autoscaler', async () => {
    const here = await scene();
    await here.declare('renumbered', { replicas: 5 });
    await here.comesUp('renumbered');
    await operator.stop();
    await here.patch(DEPLOYMENT, 'renumbered-web', { metadata: { labels: { [LABEL.app]: null } } });
    await here.declare('renumbered', { autoscaling: { minReplicas: 2, maxReplicas: 8 } });
    operator = startOperator(world);
    await here.child(AUTOSCALER, 'renumbered-web');
    const deployment = await here.get<Live<V1Deployment>>(DEPLOYMENT, 'renumbered-web');
    expect(deployment?.spec?.replicas).to.equal(5);
  }).timeout(60_000);

  it('changes nothing of a paused app, and goes on when it is no longer paused', async () => {
    const here = await scene();
    await here.declare('paused', {});
    await here.comesUp('paused');
    await here.declare('paused', { service: { port: 8080 } }, { [ANNOTATION.paused]: 'true' });
    await here.appWith('paused', 'Ready', 'True', 'Paused');
    const port = async (): Promise<number | undefined> =>
      (await here.get<KubeObject & { spec: { ports: { port: number }[] } }>(SERVICE, 'paused-web'))?.spec.ports[0]
        ?.port;
    expect(await port()).to.equal(80);
    await here.declare('paused', { service: { port: 8080 } });
    await eventually('the change', port, (value) => value === 8080);
  });

  it('starts the web pods anew for each new value of the restart annotation, and says so', async () => {
    const here = await scene();
    await here.declare('restarted', {});
    await here.comesUp('restarted');
    const monday = 'monday'.padEnd(5_000, '.');
    await here.declare('restarted', {}, { [ANNOTATION.restart]: monday });
    await here.webPodsRestart('restarted', monday);
    const before = await here.get<Live<V1Deployment>>(DEPLOYMENT, 'restarted-web');
    await here.declare('restarted', {});
    await here.declare('restarted', { service: { port: 8080 } });
    await here.child<KubeObject & { spec: { ports: { port: number }[] } }>(
      SERVICE,
      'restarted-web',
      ({ spec }) => spec.ports[0]?.port === 8080,
    );
    const after = await here.get<Live<V1Deployment>>(DEPLOYMENT, 'restarted-web');
    expect(after?.spec?.template, 'taking the annotation away restarts nothing').to.deep.equal(before?.spec?.template);
  });
});
