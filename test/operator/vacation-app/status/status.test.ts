import { expect } from 'chai';
import { conditionsOf, findingOf } from '../../../../operator/api/conditions.ts';
import { REASON, REASONS } from '../../../../operator/api/reasons.ts';
import { ANNOTATION, CONDITION } from '../../../../operator/api/vacation-app.ts';
import type { Migration } from '../../../../operator/vacation-app/tasks/migrate/migration.ts';
import { jobCondition, jobNamed } from '../../../../operator/vacation-app/tasks/jobs.ts';
import { FIELD_MANAGER } from '../../../../operator/vacation-app/names.ts';
import type { Observed } from '../../../../operator/vacation-app/observe.ts';
import { contestedFinding } from '../../../../operator/vacation-app/status/drift.ts';
import { statusOf, type StatusInput } from '../../../../operator/vacation-app/status/status.ts';
import {
  aCompleteApp,
  aDeployment,
  aJob,
  anAutoscaler,
  aPod,
  aSecret,
  aServingWorld,
  aStatefulSet,
  aVolumeClaim,
  aWaitingPod,
  DEFAULTS,
  someFacts,
} from '../../../support/vacation-app.ts';

const NOW = new Date('2026-03-01T12:00:00Z');

const statusIn = (world: Partial<Observed> = {}, input: Partial<StatusInput> = {}) =>
  statusOf({
    app: aCompleteApp(),
    observed: aServingWorld(world),
    facts: someFacts(),
    migration: migrationIn(world),
    check: undefined,
    defaults: DEFAULTS,
    waits: {},
    failure: undefined,
    now: NOW,
    ...input,
  });

/** Done where its Job has completed. */
function migrationIn(world: Partial<Observed>): Migration {
  const name = 'milky-way-migrate-1';
  const isDone = jobCondition(jobNamed(aServingWorld(world), name), 'Complete');
  return { name, isDone, isRemembered: false };
}

type Status = ReturnType<typeof statusOf>;
const condition = (status: Status, type: string) => status.conditions?.find((each) => each.type === type);
const told = (status: Status, type: string): string => {
  const { status: value, reason } = condition(status, type) ?? {};
  return value === undefined ? 'absent' : `${value}/${reason ?? ''}`;
};

/** What kstatus makes of the conditions. Who waits with it stops at `Failed`. */
function kstatus(status: Status): 'Current' | 'InProgress' | 'Failed' {
  if (condition(status, 'Reconciling')?.status === 'True') return 'InProgress';
  if (condition(status, 'Stalled')?.status === 'True') return 'Failed';
  return condition(status, 'Ready')?.status === 'True' ? 'Current' : 'InProgress';
}

const unschedulable = {
  conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' }],
};
const refusals = new Map([['uid-of-the-workload', 'exceeded quota']]);
const withUid = <T extends { metadata?: object }>(workload: T): T => ({
  ...workload,
  metadata: { ...workload.metadata, uid: 'uid-of-the-workload' },
});
const noMetrics = [
  { type: 'ScalingActive', status: 'False', reason: 'FailedGetResourceMetric', message: 'no metrics' },
];

/** A world, and which condition tells what is the matter with it; Ready says the same unless it is not gated by that. */
const rows: readonly { title: string; world: Partial<Observed>; type: string; is: string; ready?: string }[] = [
  {
    title: 'there is no Secret',
    world: { secret: undefined },
    type: 'CredentialsReady',
    is: 'False/WaitingForCredentials',
  },
  {
    title: 'the Secret lacks keys',
    world: { secret: aSecret({ data: { db_uri: 'eA==' } }) },
    type: 'CredentialsReady',
    is: 'False/WaitingForCredentials',
  },
  {
    title: 'there is no StatefulSet',
    world: { statefulSet: undefined },
    type: 'DatabaseReady',
    is: 'False/DatabaseStarting',
  },
  {
    title: 'MySQL is starting',
    world: { statefulSet: aStatefulSet({ readyReplicas: 0 }) },
    type: 'DatabaseReady',
    is: 'False/DatabaseStarting',
  },
  {
    title: 'MySQL has no pod yet',
    world: { statefulSet: aStatefulSet({ replicas: 0, readyReplicas: 0 }), volumeClaim: aVolumeClaim('Pending') },
    type: 'DatabaseReady',
    is: 'False/DatabaseStarting',
  },
  {
    title: 'the pod of MySQL is refused, and so its volume is not bound',
    world: {
      statefulSet: withUid(aStatefulSet({ replicas: 0, readyReplicas: 0 })),
      volumeClaim: aVolumeClaim('Pending'),
      refusals,
    },
    type: 'DatabaseReady',
    is: 'False/PodsRejected',
  },
  {
    title: 'MySQL has a pod that is not counted yet',
    world: { statefulSet: aStatefulSet({ replicas: 0, readyReplicas: 0 }), pods: [aPod('mysql')] },
    type: 'DatabaseReady',
    is: 'False/DatabaseStarting',
  },
  {
    title: 'MySQL is not looked at yet',
    world: { statefulSet: aStatefulSet({ observedGeneration: 2 }) },
    type: 'DatabaseReady',
    is: 'False/DatabaseStarting',
  },
  {
    title: 'MySQL is being updated',
    world: { statefulSet: aStatefulSet({ updateRevision: 'b' }) },
    type: 'DatabaseReady',
    is: 'False/DatabaseStarting',
  },
  {
    title: 'the volume is not bound',
    world: {
      statefulSet: aStatefulSet({ readyReplicas: 0 }),
      volumeClaim: aVolumeClaim('Pending'),
      pods: [aPod('mysql')],
    },
    type: 'DatabaseReady',
    is: 'False/VolumePending',
  },
  {
    title: 'the scheduler waits for the volume',
    world: {
      statefulSet: aStatefulSet({ readyReplicas: 0 }),
      volumeClaim: aVolumeClaim('Pending'),
      pods: [
        aPod('mysql', {
          conditions: [
            {
              type: 'PodScheduled',
              status: 'False',
              reason: 'Unschedulable',
              message: '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.',
            },
          ],
        }),
      ],
    },
    type: 'DatabaseReady',
    is: 'False/VolumePending',
  },
  {
    title: 'MySQL finds no node, and so no volume',
    world: {
      statefulSet: aStatefulSet({ readyReplicas: 0 }),
      volumeClaim: aVolumeClaim('Pending'),
      pods: [aPod('mysql', unschedulable)],
    },
    type: 'DatabaseReady',
    is: 'False/PodUnschedulable',
  },
  {
    title: 'somebody deletes the volume that MySQL uses',
    world: { volumeClaim: { ...aVolumeClaim(), metadata: { deletionTimestamp: NOW } } },
    type: 'DatabaseReady',
    is: 'False/VolumeDeleting',
  },
  {
    title: 'the image of MySQL cannot be had',
    world: { statefulSet: aStatefulSet({ readyReplicas: 0 }), pods: [aWaitingPod('mysql', 'ImagePullBackOff')] },
    type: 'DatabaseReady',
    is: 'False/ImagePullFailed',
  },
  { title: 'the migration is not made yet', world: { jobs: [] }, type: 'SchemaReady', is: 'False/MigrationRunning' },
  {
    title: 'there is only the migration of another image',
    world: { jobs: [aJob('Complete', undefined, 'migrate-2')] },
    type: 'SchemaReady',
    is: 'False/MigrationRunning',
  },
  { title: 'the migration runs', world: { jobs: [aJob()] }, type: 'SchemaReady', is: 'False/MigrationRunning' },
  {
    title: 'the migration is suspended',
    world: { jobs: [{ ...aJob(), status: { conditions: [{ type: 'Suspended', status: 'True' }] } }] },
    type: 'SchemaReady',
    is: 'False/JobSuspended',
  },
  {
    title: 'the pod of the migration is refused',
    world: { jobs: [withUid(aJob())], refusals },
    type: 'SchemaReady',
    is: 'False/PodsRejected',
  },
  {
    title: 'the migration has failed',
    world: { jobs: [aJob('Failed')] },
    type: 'SchemaReady',
    is: 'False/MigrationFailed',
  },
  {
    title: 'the migration crashes',
    world: {
      jobs: [aJob()],
      pods: [
        {
          ...aWaitingPod('migration', 'CrashLoopBackOff'),
          metadata: { name: 'm', labels: { 'batch.kubernetes.io/job-name': 'milky-way-migrate-1' } },
        },
      ],
    },
    type: 'SchemaReady',
    is: 'False/ContainerFailing',
  },
  { title: 'there is no Deployment', world: { deployment: undefined }, type: 'WebReady', is: 'False/RollingOut' },
  {
    title: 'the Deployment is not looked at yet',
    world: { deployment: aDeployment({ metadata: { generation: 6 } }) },
    type: 'WebReady',
    is: 'False/RollingOut',
  },
  {
    title: 'old pods are still there',
    world: { deployment: aDeployment({ status: { replicas: 3 } }) },
    type: 'WebReady',
    is: 'False/RollingOut',
  },
  {
    title: 'too few web pods are available',
    world: { deployment: aDeployment({ status: { availableReplicas: 1 } }) },
    type: 'WebReady',
    is: 'False/RollingOut',
  },
  {
    title: 'a web pod crashes',
    world: {
      deployment: aDeployment({ status: { availableReplicas: 1 } }),
      pods: [aWaitingPod('web', 'CrashLoopBackOff')],
    },
    type: 'WebReady',
    is: 'False/ContainerFailing',
  },
  {
    title: 'a web pod finds no node',
    world: { deployment: aDeployment({ status: { availableReplicas: 1 } }), pods: [aPod('web', unschedulable)] },
    type: 'WebReady',
    is: 'False/PodUnschedulable',
  },
  {
    title: 'web pods are refused',
    world: { deployment: withUid(aDeployment({ status: { availableReplicas: 0 } })), refusals },
    type: 'WebReady',
    is: 'False/PodsRejected',
  },
  {
    title: 'the autoscaler has no metrics',
    world: { autoscaler: anAutoscaler(noMetrics) },
    type: 'AutoscalingReady',
    is: 'False/MetricsUnavailable',
    ready: 'True/Available',
  },
  {
    title: 'the autoscaler cannot scale',
    world: { autoscaler: anAutoscaler([{ type: 'AbleToScale', status: 'False', reason: 'FailedGetScale' }]) },
    type: 'AutoscalingReady',
    is: 'False/AutoscalerFailing',
    ready: 'True/Available',
  },
  {
    title: 'the autoscaler has not spoken',
    world: { autoscaler: anAutoscaler([]) },
    type: 'AutoscalingReady',
    is: 'Unknown/Progressing',
    ready: 'True/Available',
  },
  {
    title: 'there is no autoscaler yet',
    world: { autoscaler: undefined },
    type: 'AutoscalingReady',
    is: 'Unknown/Progressing',
    ready: 'True/Available',
  },
];

describe('the status of an app', () => {
  it('is that of an app that serves, when everything does', () => {
    expect(statusIn({}, { facts: someFacts({ schemaVersion: '7', databaseVersion: '8.4.1' }) })).to.deep.equal({
      observedGeneration: 1,
      conditions: [
        ['Ready', 'True', 'Available', 'The app serves'],
        ['CredentialsReady', 'True', 'Available', 'Secret milky-way-credentials holds all keys'],
        ['DatabaseReady', 'True', 'Available', 'MySQL takes connections'],
        ['SchemaReady', 'True', 'Migrated', 'The schema is as the web pods need it, version 7'],
        ['WebReady', 'True', 'Available', 'At least 2 pods of the current template are available'],
        ['AutoscalingReady', 'True', 'Autoscaling', 'The autoscaler has metrics and follows them'],
        ['UpdateAvailable', 'False', 'UpToDate', 'Images and pod templates are as new as this operator knows'],
      ].map(([type, status, reason, message]) => ({
        type,
        status,
        reason,
        message,
        observedGeneration: 1,
        lastTransitionTime: '2026-03-01T12:00:00Z',
      })),
      url: 'http://milky-way-web.travel.svc',
      image: 'webapp:1',
      schemaVersion: '7',
      web: { desired: 2, ready: 2, updated: 2, summary: '2/2' },
      autoscaling: { minReplicas: 2, maxReplicas: 10, desiredReplicas: 2 },
      database: {
        version: '8.4.1',
        endpoint: 'milky-way-mysql.travel.svc:3306',
        storage: '2Gi',
        deletionPolicy: 'Retain',
      },
    });
  });

  for (const { title, world, type, is, ready = is } of rows) {
    it(`has ${type} ${is} when ${title}`, () => {
      const status = statusIn(world);
      expect(told(status, type)).to.equal(is);
      expect(told(status, CONDITION.ready)).to.equal(ready);
      expect(condition(status, type)?.message).to.match(/\w/);
    });
  }

  it('names the first gate that is not open', () => {
    const nothing = statusIn({ secret: undefined, statefulSet: undefined, jobs: [], deployment: undefined });
    expect(told(nothing, CONDITION.ready)).to.equal('False/WaitingForCredentials');
    const noDatabase = statusIn({ statefulSet: aStatefulSet({ readyReplicas: 0 }), jobs: [], deployment: undefined });
    expect(told(noDatabase, CONDITION.ready)).to.equal('False/DatabaseStarting');
  });

  it('is reconciling while a gate is closed, and stalled when somebody has to act', () => {
    expect(kstatus(statusIn())).to.equal('Current');
    expect(kstatus(statusIn({ deployment: undefined }))).to.equal('InProgress');
    expect(kstatus(statusIn({ jobs: [aJob('Failed')] }))).to.equal('Failed');
    const app = aCompleteApp({ spec: { credentials: { secretName: 'theirs' } } });
    expect(kstatus(statusIn({}, { app })), 'the Secret may come').to.equal('InProgress');
  });

  for (const [reason, { kind }] of Object.entries(REASONS)) {
    if (kind !== 'stalled' && kind !== 'reconciling') continue;
    it(`is ${kind}, and nothing else, while the reason is ${reason}`, () => {
      const status = statusIn({}, { failure: { reason, message: 'as it is', isPassing: false } });
      const [one, other] = kind === 'stalled' ? ['Stalled', 'Reconciling'] : ['Reconciling', 'Stalled'];
      expect([told(status, one), told(status, other)]).to.deep.equal([`True/${reason}`, 'absent']);
      expect(told(status, CONDITION.ready)).to.equal(`False/${reason}`);
    });
  }

  it('is neither for what gates nothing', () => {
    const app = aCompleteApp({ spec: { gateway: { parentRefs: [{ name: 'inner' }] } } });
    const status = statusIn({ isGatewayApiServed: false, autoscaler: anAutoscaler(noMetrics) }, { app });
    expect(told(status, CONDITION.exposed)).to.equal('False/GatewayApiMissing');
    expect(kstatus(status)).to.equal('Current');
  });

  describe('of a pod that the kubelet tries again and again', () => {
    const running = { running: {} };
    const restarted = (ready: boolean) =>
      aPod('web', {
        containerStatuses: [
          {
            ...{ name: 'web', image: 'image:1', imageID: '', restartCount: 3, ready, state: running },
            lastState: { terminated: { exitCode: 1 } },
          },
        ],
      });
    const rollingOut = aDeployment({ status: { availableReplicas: 1 } });
    /** The reasons of `Ready`, one after the other, each from the status before it. */
    function reasonsOf(steps: readonly { pods: Observed['pods']; generation?: number }[]): string[] {
      let last: Status | undefined;
      return steps.map(({ pods, generation = 1 }) => {
        const app = aCompleteApp({ metadata: { generation }, ...(last && { status: last }) });
        last = statusIn({ deployment: rollingOut, pods }, { app });
        const { reason = '' } = condition(last, CONDITION.ready) ?? {};
        expect(told(last, CONDITION.reconciling)).to.equal(`True/${reason}`);
        return reason;
      });
    }
    const first = { pods: [aWaitingPod('web', 'ErrImagePull')] };
    const backOff = { pods: [aWaitingPod('web', 'ImagePullBackOff')] };
    const crash = { pods: [aWaitingPod('web', 'CrashLoopBackOff')] };

    it('tells of an image with the first back-off, and through every further attempt', () => {
      expect(reasonsOf([first, backOff, first, backOff, { pods: [aPod('web')] }, first])).to.deep.equal([
        'ImagePullRetrying',
        'ImagePullFailed',
        'ImagePullFailed',
        'ImagePullFailed',
        'RollingOut',
        'ImagePullRetrying',
      ]);
    });

    it('begins anew with another spec', () => {
      expect(reasonsOf([backOff, { ...first, generation: 2 }, { ...first, generation: 2 }])).to.deep.equal([
        'ImagePullFailed',
        'ImagePullRetrying',
        'ImagePullRetrying',
      ]);
    });

    it('tells of a container with the first back-off, until that is ready', () => {
      const again = { pods: [restarted(false)] };
      expect(reasonsOf([again, crash, again, crash, { pods: [restarted(true)] }, again])).to.deep.equal([
        'ContainerRestarting',
        'ContainerFailing',
        'ContainerFailing',
        'ContainerFailing',
        'RollingOut',
        'ContainerRestarting',
      ]);
    });
  });

  describe('of a rollout that makes no progress', () => {
    const stuck = () =>
      aDeployment({
        status: {
          availableReplicas: 1,
          conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }],
        },
      });
    const worlds: readonly [string, Partial<Observed>, string, string][] = [
      ['alone', { deployment: stuck() }, REASON.rolloutStuck, 'makes no progress: kubectl describe'],
      ['without a node', { deployment: stuck(), pods: [aPod('web', unschedulable)] }, REASON.rolloutStuck, '0/3 nodes'],
      ['without room in the quota', { deployment: withUid(stuck()), refusals }, REASON.rolloutStuck, 'exceeded quota'],
      [
        'for an image',
        { deployment: stuck(), pods: [aWaitingPod('web', 'ErrImagePull')] },
        REASON.rolloutStuck,
        'cannot have image',
      ],
    ];
    it('is not stalled while the Deployment has not been looked at since somebody corrected it', () => {
      const { metadata, ...deployment } = stuck();
      const corrected = { ...deployment, metadata: { ...metadata, generation: 6 } };
      expect(told(statusIn({ deployment: corrected }), CONDITION.reconciling)).to.equal('True/RollingOut');
    });

    for (const [title, world, reason, words] of worlds) {
      it(`is stalled ${title}, and tells the cause`, () => {
        const status = statusIn(world);
        expect(told(status, CONDITION.stalled)).to.equal(`True/${reason}`);
        expect(condition(status, CONDITION.ready)?.message).to.contain(words);
      });
    }
  });

  it('has the failure for its reason, whatever the children say', () => {
    const failure = { reason: 'ApplyFailed', message: 'applying Service: refused', isPassing: false };
    const status = statusIn({}, { failure });
    expect(condition(status, CONDITION.ready)).to.include({
      status: 'False',
      reason: 'ApplyFailed',
      message: failure.message,
    });
    expect(told(status, CONDITION.webReady)).to.equal('True/Available');
  });

  it('stays Ready while the API server cannot be asked, and says that it is trying', () => {
    const failure = { reason: 'ApplyFailed', message: 'no answer', isPassing: true };
    const status = statusIn({}, { failure });
    expect(told(status, CONDITION.ready)).to.equal('True/Available');
    expect(told(status, CONDITION.reconciling)).to.equal('True/ApplyFailed');
  });

  describe('after a failure that should pass', () => {
    const failure = { reason: 'ApplyFailed', message: 'failed calling webhook "x"', isPassing: true };
    const lasting = { ...failure, hasLasted: true };
    const noJob = { jobs: [], deployment: undefined };

    it('tells nothing of it in the first tries, nor that what is there is waited for', () => {
      const status = statusIn(noJob, { failure });
      expect(told(status, CONDITION.ready)).to.equal('False/MigrationRunning');
      expect(condition(status, CONDITION.schemaReady)?.message).to.equal('Job milky-way-migrate-1 is not made yet');
    });

    it('says what keeps the app from being made once it has lasted', () => {
      const status = statusIn(noJob, { failure: lasting });
      expect(told(status, CONDITION.ready)).to.equal('False/ApplyFailed');
      expect(told(status, CONDITION.reconciling)).to.equal('True/ApplyFailed');
      expect(condition(status, CONDITION.ready)?.message).to.equal(lasting.message);
      expect(told(status, CONDITION.databaseReady)).to.equal('True/Available');
      for (const type of [CONDITION.schemaReady, CONDITION.webReady]) {
        expect(condition(status, type), type).to.include({ status: 'False', reason: 'ApplyFailed' });
        expect(condition(status, type)?.message, type).to.contain(`is not made yet: ${lasting.message}`);
      }
      expect(told(statusIn({ statefulSet: undefined }, { failure: lasting }), CONDITION.databaseReady)).to.equal(
        'False/ApplyFailed',
      );
    });

    it('tells of it where the app is merely under way', () => {
      const starting = { statefulSet: aStatefulSet({ readyReplicas: 0 }), ...noJob };
      expect(told(statusIn(starting, { failure: lasting }), CONDITION.ready)).to.equal('False/ApplyFailed');
    });

    it('leaves the first place to a trouble that is known by name', () => {
      const pods = [aWaitingPod('mysql', 'ImagePullBackOff')];
      const status = statusIn({ statefulSet: aStatefulSet({ readyReplicas: 0 }), pods }, { failure: lasting });
      expect(told(status, CONDITION.ready)).to.equal('False/ImagePullFailed');
    });

    it('is Ready while the app serves, and reconciling', () => {
      const status = statusIn({}, { failure: lasting });
      expect(told(status, CONDITION.ready)).to.equal('True/Available');
      expect(told(status, CONDITION.reconciling)).to.equal('True/ApplyFailed');
    });
  });

  it('says for what each step waits', () => {
    const nothing = { jobs: [], deployment: undefined };
    const status = statusIn(nothing, { waits: { schema: 'the database', web: 'the database' } });
    expect(told(status, CONDITION.schemaReady)).to.equal('False/WaitingForDatabase');
    expect(condition(status, CONDITION.schemaReady)?.message).to.equal('The migration waits for the database');
    expect(told(status, CONDITION.webReady)).to.equal('False/WaitingForDatabase');
    const later = statusIn({ deployment: undefined }, { waits: { web: 'the seeds' } });
    expect(told(later, CONDITION.webReady)).to.equal('False/WaitingForSchema');
    expect(condition(later, CONDITION.webReady)?.message).to.equal('The web pods wait for the seeds');
  });

  it('has a database wait for the credentials where those are the matter', () => {
    const failure = { reason: 'CredentialsLost', message: 'the Secret is gone', isPassing: false };
    const database = condition(statusIn({ statefulSet: undefined }, { failure }), CONDITION.databaseReady);
    expect(database?.reason).to.equal('WaitingForCredentials');
    expect(database?.message).to.equal('StatefulSet milky-way-mysql is not made yet: the Secret is gone');
  });

  for (const reason of ['NotOwned', 'OwnerTerminating'] as const) {
    it(`gives ${reason} for the reason of everything that is not made because of it`, () => {
      const claim = 'PersistentVolumeClaim travel/data-milky-way-mysql-0 exists and belongs to nobody';
      const failure = { reason, message: claim, isPassing: false };
      const none = { secret: undefined, statefulSet: undefined, jobs: [], deployment: undefined };
      const early = statusIn(none, { failure, waits: { schema: 'the database', web: 'the database' } });
      const toldOf = (status: Status, types: readonly string[]): string[] =>
        types.map((type) => `${told(status, type)}: ${condition(status, type)?.message ?? ''}`);
      expect(toldOf(early, ['CredentialsReady', 'DatabaseReady', 'SchemaReady'])).to.deep.equal([
        `False/${reason}: Secret milky-way-credentials is not made yet: ${claim}`,
        `False/${reason}: StatefulSet milky-way-mysql is not made yet: ${claim}`,
        'False/WaitingForDatabase: The migration waits for the database',
      ]);
      const app = aCompleteApp({ spec: { ingress: { host: 'book.example.com' } } });
      const late = statusIn({ jobs: [], deployment: undefined, autoscaler: undefined }, { app, failure });
      expect(toldOf(late, ['SchemaReady', 'WebReady', 'AutoscalingReady', 'Exposed'])).to.deep.equal([
        `False/${reason}: Job milky-way-migrate-1 is not made yet: ${claim}`,
        `False/${reason}: Deployment milky-way-web is not made yet: ${claim}`,
        `False/${reason}: HorizontalPodAutoscaler milky-way-web is not made yet: ${claim}`,
        `False/${reason}: Ingress milky-way-web is not made yet: ${claim}`,
      ]);
    });
  }

  it('has all that is not made wait for the credentials where those are the matter', () => {
    const failure = { reason: 'CredentialsInvalid', message: 'Secret s lacks db_uri', isPassing: false };
    const status = statusIn({ jobs: [], deployment: undefined }, { failure });
    for (const type of [CONDITION.schemaReady, CONDITION.webReady]) {
      expect(told(status, type)).to.equal('False/WaitingForCredentials');
    }
  });

  describe('of children that finalizers hold', () => {
    const held = [
      { object: 'Deployment travel/milky-way-web', finalizers: ['example.com/a', 'example.com/b'] },
      { object: 'Service travel/milky-way-web', finalizers: ['example.com/a'] },
    ];
    const words =
      'Deployment travel/milky-way-web is being deleted, and held by finalizers example.com/a, example.com/b; Service travel/milky-way-web is being deleted, and held by finalizer example.com/a';

    it('is Ready while the app serves, and says what is awaited', () => {
      const status = statusIn({}, { held });
      expect(told(status, CONDITION.ready)).to.equal('True/Available');
      expect(told(status, CONDITION.reconciling)).to.equal('True/ChildDeleting');
      expect(condition(status, CONDITION.reconciling)?.message).to.contain(words);
    });

    it('says so beside what else is the matter', () => {
      const status = statusIn({ deployment: aDeployment({ status: { updatedReplicas: 0 } }) }, { held });
      expect(told(status, CONDITION.ready)).to.equal('False/RollingOut');
      expect(condition(status, CONDITION.ready)?.message).to.contain(`The web pods are rolling out. ${words}`);
    });
  });

  it('names the field of the spec with the resources of the pods that are refused for theirs', () => {
    const words = 'pods "x" is forbidden: failed quota: q: must specify limits.cpu for: web';
    const messageIn = (world: Partial<Observed>, refusal = words): string => {
      const status = statusIn({ ...world, refusals: new Map([['uid-of-the-workload', refusal]]) });
      return condition(status, CONDITION.ready)?.message ?? '';
    };
    const job = { jobs: [withUid(aJob())] };
    expect(messageIn(job)).to.match(/: web; their resources are those of spec\.jobs\.resources$/);
    expect(messageIn({ statefulSet: withUid(aStatefulSet({ replicas: 0, readyReplicas: 0 })) })).to.match(
      /; their resources are those of spec\.database\.managed\.resources$/,
    );
    expect(messageIn({ deployment: withUid(aDeployment({ status: { availableReplicas: 0 } })) })).to.match(
      /; their resources are those of spec\.resources$/,
    );
    expect(messageIn(job, 'exceeded quota: q, requested: pods=1')).to.match(/requested: pods=1$/);
  });

  describe('of a paused rollout', () => {
    const paused = (counts: object = {}) => aDeployment({ spec: { paused: true }, status: counts });

    it('is stalled where something waits, with the command that resumes it', () => {
      for (const counts of [{ updatedReplicas: 0 }, { replicas: 0, updatedReplicas: 0, availableReplicas: 0 }]) {
        const status = statusIn({ deployment: paused(counts) });
        expect(told(status, CONDITION.stalled)).to.equal('True/RolloutPaused');
        expect(condition(status, CONDITION.ready)?.message).to.contain(
          'kubectl rollout resume deployment/milky-way-web',
        );
      }
    });

    it('is told of beside what serves, where nothing waits', () => {
      const status = statusIn({ deployment: paused() });
      expect(told(status, CONDITION.ready)).to.equal('True/Available');
      expect(condition(status, CONDITION.webReady)?.message).to.contain('kubectl rollout resume');
    });

    it('is not to blame for pods of the current template that are not there', () => {
      const pods = [aPod('web', unschedulable)];
      const status = statusIn({ deployment: paused({ availableReplicas: 1 }), pods });
      expect(told(status, CONDITION.webReady)).to.equal('False/PodUnschedulable');
    });
  });

  it('says that somebody has scaled the app to zero, and how an app is stopped', () => {
    const none = { replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0 };
    const status = statusIn({ deployment: aDeployment({ spec: { replicas: 0 }, status: none }) });
    expect(told(status, CONDITION.ready)).to.equal('False/ScaledAway');
    expect(condition(status, CONDITION.ready)?.message).to.contain('spec.mode to Hibernated');
  });

  it('says of a paused app that is scaled to zero what brings it back', () => {
    const none = { replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0 };
    const app = aCompleteApp({ metadata: { annotations: { [ANNOTATION.paused]: 'true' } } });
    const status = statusIn({ deployment: aDeployment({ spec: { replicas: 0 }, status: none }) }, { app });
    expect(told(status, CONDITION.webReady)).to.equal('False/ScaledAway');
    expect(condition(status, CONDITION.webReady)?.message)
      .to.contain('while interstellar.dev/paused is set')
      .and.to.contain('kubectl scale deployment milky-way-web --replicas=1')
      .and.not.to.contain('Hibernated');
  });

  it('does not call it scaled away while a hibernated app is being woken', () => {
    const none = { replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0 };
    const ours = { manager: FIELD_MANAGER, operation: 'Apply', fieldsV1: { 'f:spec': { 'f:replicas': {} } } };
    const metadata = { managedFields: [ours] };
    const deployment = aDeployment({ metadata, spec: { replicas: 0 }, status: none });
    const waking = { statefulSet: aStatefulSet({ readyReplicas: 0 }), deployment };
    const status = statusIn(waking, { waits: { web: 'the database' } });
    expect(told(status, CONDITION.webReady)).to.equal('False/WaitingForDatabase');
    expect(told(statusIn({ deployment }), CONDITION.webReady)).to.equal('False/RollingOut');
  });

  it('is not Ready at zero where another autoscaler scales: nobody is served', () => {
    const app = aCompleteApp({ spec: { autoscaling: { mode: 'External' } } });
    const none = { replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0 };
    const deployment = aDeployment({ spec: { replicas: 0 }, status: none });
    const status = statusIn({ deployment, autoscaler: undefined }, { app });
    expect([told(status, CONDITION.ready), told(status, CONDITION.webReady)]).to.deep.equal([
      'False/ScaledToZero',
      'False/ScaledToZero',
    ]);
    expect(kstatus(status)).to.equal('InProgress');
    const ending = aDeployment({ spec: { replicas: 0 }, status: { ...none, replicas: 1, updatedReplicas: 1 } });
    expect(told(statusIn({ deployment: ending, autoscaler: undefined }, { app }), CONDITION.ready)).to.equal(
      'False/RollingOut',
    );
  });

  it('stops those who wait once MySQL has found no node for five minutes, however long the database was away before', () => {
    const homeless = (since: string) =>
      aPod('mysql', {
        conditions: [
          { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', lastTransitionTime: new Date(since) },
        ],
      });
    const away = conditionsOf([findingOf(CONDITION.databaseReady, false, 'DatabaseStarting', 'is starting')], [], {
      now: new Date('2026-03-01T10:00:00Z'),
      generation: 1,
    });
    const app = aCompleteApp({ status: { conditions: away } });
    const since = (time: string) =>
      statusIn({ statefulSet: aStatefulSet({ readyReplicas: 0 }), pods: [homeless(time)] }, { app });
    const [soon, late] = [since('2026-03-01T11:55:01Z'), since('2026-03-01T11:55:00Z')];
    expect(told(soon, CONDITION.reconciling)).to.equal('True/PodUnschedulable');
    expect(kstatus(soon)).to.equal('InProgress');
    expect(told(late, CONDITION.stalled)).to.equal('True/PodUnschedulable');
    expect(told(late, CONDITION.reconciling)).to.equal('absent');
    expect(kstatus(late)).to.equal('Failed');
    expect(condition(late, CONDITION.ready)?.message).to.equal(condition(soon, CONDITION.ready)?.message);
  });

  it('stops those who wait for a Secret of the user only once it has been missing for five minutes', () => {
    const spec = { credentials: { secretName: 'theirs' } };
    const failure = { reason: REASON.credentialsMissing, message: 'Secret theirs does not exist', isPassing: false };
    const missingSince = (time: string) => {
      const { conditions = [] } = statusIn({}, { app: aCompleteApp({ spec }), failure, now: new Date(time) });
      return statusIn({}, { app: aCompleteApp({ spec, status: { conditions } }), failure });
    };
    expect(kstatus(missingSince('2026-03-01T11:55:01Z'))).to.equal('InProgress');
    const late = missingSince('2026-03-01T11:55:00Z');
    expect(kstatus(late)).to.equal('Failed');
    expect(told(late, CONDITION.stalled)).to.equal('True/CredentialsMissing');
  });

  it('leaves the observed generation of a paused app behind a change that waits', () => {
    const app = aCompleteApp({
      metadata: { generation: 3, annotations: { 'interstellar.dev/paused': 'true' } },
      status: { observedGeneration: 2 },
    });
    expect(statusIn({}, { app }).observedGeneration).to.equal(2);
  });

  it('says that nothing is being changed while it is paused', () => {
    const app = aCompleteApp({ metadata: { annotations: { 'interstellar.dev/paused': 'true' } } });
    expect(told(statusIn({}, { app }), CONDITION.ready)).to.equal('True/Paused');
    const broken = statusIn({ deployment: undefined }, { app });
    expect(told(broken, CONDITION.ready)).to.equal('False/RollingOut');
    expect(condition(broken, CONDITION.ready)?.message).to.contain('paused');
  });

  describe('in hibernation', () => {
    const app = aCompleteApp({ spec: { mode: 'Hibernated' } });
    const none = { replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0 };
    const atRest: Partial<Observed> = {
      deployment: aDeployment({ spec: { replicas: 0 }, status: none }),
      statefulSet: {
        ...aStatefulSet({ replicas: 0, readyReplicas: 0 }),
        spec: { replicas: 0, selector: {}, template: {} },
      },
      autoscaler: undefined,
      pods: [aPod('migration', { phase: 'Succeeded' })],
    };
    const asleep = (world: Partial<Observed> = {}) => statusIn({ ...atRest, ...world }, { app });

    it('is Ready when nothing runs, and says of each gate what it waits for', () => {
      const status = asleep();
      expect(told(status, CONDITION.ready)).to.equal('True/Hibernated');
      expect(told(status, CONDITION.databaseReady)).to.equal('False/Hibernated');
      expect(told(status, CONDITION.webReady)).to.equal('False/Hibernated');
      expect(told(status, CONDITION.schemaReady)).to.equal('True/Migrated');
      expect(told(status, CONDITION.credentialsReady)).to.equal('True/Available');
      expect(told(status, CONDITION.autoscalingReady)).to.equal('absent');
      expect(told(status, CONDITION.reconciling)).to.equal('absent');
      expect(told(asleep({ deployment: undefined }), CONDITION.ready), 'it never ran').to.equal('True/Hibernated');
    });

    const notYet: readonly (readonly [string, Partial<Observed>])[] = [
      ['a web pod still ends', { pods: [aPod('web', { phase: 'Running' })] }],
      ['MySQL still runs', { statefulSet: aStatefulSet() }],
      [
        'the Deployment is not looked at yet',
        { deployment: aDeployment({ metadata: { generation: 6 }, spec: { replicas: 0 }, status: none }) },
      ],
      ['the Deployment still has pods', { deployment: aDeployment({ spec: { replicas: 0 } }) }],
      ['the Deployment wants pods', { deployment: aDeployment({ status: none }) }],
    ];
    for (const [title, world] of notYet) {
      it(`is not Ready while ${title}`, () => {
        expect(told(asleep(world), CONDITION.ready)).to.equal('False/Hibernating');
        expect(told(asleep(world), CONDITION.reconciling)).to.equal('True/Hibernating');
      });
    }

    it('is not Ready once the volume that held its data is gone', () => {
      const deployment = aDeployment({
        metadata: { annotations: { 'interstellar.dev/size-before-hibernation': '2' } },
        spec: { replicas: 0 },
        status: none,
      });
      expect(told(asleep({ deployment }), CONDITION.ready)).to.equal('True/Hibernated');
      const lost = asleep({ deployment, volumeClaim: undefined });
      expect(told(lost, CONDITION.ready)).to.equal('False/VolumeLost');
      expect(told(lost, CONDITION.stalled)).to.equal('True/VolumeLost');
      expect(told(asleep({ volumeClaim: undefined }), CONDITION.ready), 'it never ran').to.equal('True/Hibernated');
    });

    it('names the pods that it waits for', () => {
      const message = condition(asleep({ pods: [aPod('web', { phase: 'Running' })] }), CONDITION.ready)?.message;
      expect(message).to.contain('milky-way-web-0');
    });

    it('names the field that somebody keeps changing, for example the number of web pods', () => {
      const contested = contestedFinding([
        { object: 'Deployment/milky-way-web', field: 'spec.replicas', manager: 'keda-operator' },
      ]);
      const status = statusIn(
        { ...atRest, deployment: aDeployment({ status: none }) },
        { app, drift: { corrections: [], contested } },
      );
      expect(told(status, CONDITION.reconciling)).to.equal('True/Hibernating');
      expect(condition(status, CONDITION.ready)?.message)
        .to.match(/^Waits for the workloads to be scaled to 0\. Changed again/)
        .and.contain('spec.replicas of Deployment/milky-way-web (by keda-operator)');
    });

    it('is not Ready in the moment of waking', () => {
      expect(told(statusIn(atRest), CONDITION.ready)).to.equal('False/DatabaseStarting');
    });
  });

  it('has no word of autoscaling where the number of pods is fixed, and wants them all', () => {
    const app = aCompleteApp({ spec: { replicas: 3 } });
    const three = (availableReplicas: number) =>
      aDeployment({ spec: { replicas: 3 }, status: { replicas: 3, updatedReplicas: 3, availableReplicas } });
    const status = statusIn({ autoscaler: undefined, deployment: three(3) }, { app });
    expect([told(status, CONDITION.autoscalingReady), told(status, CONDITION.ready)]).to.deep.equal([
      'absent',
      'True/Available',
    ]);
    expect(status).to.not.have.property('autoscaling');
    expect(told(statusIn({ deployment: three(2) }, { app }), CONDITION.ready)).to.equal('False/RollingOut');
  });

  it('stays ready while the autoscaler adds pods', () => {
    const deployment = aDeployment({
      spec: { replicas: 8 },
      status: { replicas: 8, updatedReplicas: 8, availableReplicas: 2, readyReplicas: 2 },
    });
    const status = statusIn({ deployment });
    expect(told(status, CONDITION.ready)).to.equal('True/Available');
    expect(status.web).to.deep.equal({ desired: 8, ready: 2, updated: 8, summary: '2/8' });
  });

  it('tells the deletion policy in force: Delete while anything that holds data would go with the app', () => {
    const ownerReferences = [{ apiVersion: 'v1', kind: 'VacationApp', name: 'milky-way', uid: 'uid-of-the-app' }];
    const volumeClaim = { ...aVolumeClaim(), metadata: { ownerReferences } };
    const secret = aSecret({ metadata: { ownerReferences } });
    const policy = (world: Partial<Observed>) => statusIn(world).database?.deletionPolicy;
    expect(policy({})).to.equal('Retain');
    expect(policy({ volumeClaim, secret })).to.equal('Delete');
    expect(policy({ volumeClaim })).to.equal('Delete');
    expect(policy({ secret })).to.equal('Delete');
    expect(policy({ volumeClaim: undefined, secret: undefined })).to.equal(undefined);
  });

  it('names the storage class that a volume waits for, and the way out', () => {
    const claim = { ...aVolumeClaim('Pending'), spec: { storageClassName: 'typo' } };
    const message = (spec: object) =>
      condition(
        statusIn(
          { statefulSet: aStatefulSet({ readyReplicas: 0 }), volumeClaim: claim },
          { app: aCompleteApp({ spec: { database: { managed: { storage: spec } } } }) },
        ),
        CONDITION.databaseReady,
      )?.message;
    expect(message({ storageClassName: 'typo' }))
      .to.contain('StorageClass typo')
      .and.contain('delete the app and the claim');
    expect(message({ storageClassName: 'fast' }))
      .to.contain('StorageClass typo')
      .and.contain('asks for StorageClass fast')
      .and.contain('kubectl delete pvc data-milky-way-mysql-0');
  });

  it('tells of an update, and how to take it', () => {
    const status = statusIn({}, { defaults: { ...DEFAULTS, webappImage: 'webapp:2' } });
    expect(condition(status, CONDITION.updateAvailable)).to.include({ status: 'True', reason: 'NewDefaults' });
    expect(condition(status, CONDITION.updateAvailable)?.message)
      .to.contain('web image webapp:1 -> webapp:2')
      .and.contain('interstellar.dev/update');
  });

  it('tells the image of the web app, whatever runs beside it', () => {
    const containers = [
      { name: 'added by a webhook', image: 'mesh:1' },
      { name: 'web', image: 'webapp:1' },
    ];
    const deployment = aDeployment({ spec: { template: { spec: { containers } } } });
    expect(statusIn({ deployment }).image).to.equal('webapp:1');
  });

  it('tells the last restart that was done, once the pods have it', () => {
    const template = {
      metadata: { annotations: { 'interstellar.dev/restart-handled': 'monday' } },
      spec: { containers: [] },
    };
    expect(statusIn({ deployment: aDeployment({ spec: { template } }) }).lastHandled).to.deep.equal({
      restart: 'monday',
    });
    const rollingOut = aDeployment({ spec: { template }, status: { observedGeneration: 0 } });
    expect(statusIn({ deployment: rollingOut }), 'not before').to.not.have.property('lastHandled');
    expect(statusIn()).to.not.have.property('lastHandled');
  });

  it('tells the port of the address where it is another than 80', () => {
    const app = aCompleteApp({ spec: { service: { port: 8080 } } });
    expect(statusIn({}, { app }).url).to.equal('http://milky-way-web.travel.svc:8080');
  });

  it('is the same, byte for byte, when nothing has changed', () => {
    const first = statusIn();
    const app = aCompleteApp({ status: first });
    expect(statusIn({}, { app, now: new Date('2027-01-01T00:00:00Z') })).to.deep.equal(first);
  });
});
