import { expect } from 'chai';
import type { KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { FIELD_MANAGER, LABEL } from '../../../operator/vacation-app/names.ts';
import { aDeployment, aVacationApp } from '../../support/vacation-app.ts';
import { Causes, modesty, type Facts } from './causes.ts';
import { revisionOf } from './database-workload.ts';
import { Pacing } from './pacing.ts';
import { APP, CLAIM, DATABASE_POD, NAMESPACE } from './person.ts';
import { foul, hold, loss, silence, untruth, type Play } from './referee.ts';

const app = (spec: object, status: object): Parameters<typeof hold>[0] => {
  const { metadata, ...rest } = aVacationApp({ spec, ...{ status } });
  return { ...rest, metadata: { ...metadata, name: APP } };
};
const claim = (more: object): KubeObject => ({ metadata: { name: CLAIM, namespace: NAMESPACE, ...more } });
const owned = claim({ ownerReferences: [{ kind: 'VacationApp', name: APP, uid: 'uid-of-the-app' }] });
const ready = { conditions: [{ type: 'Ready', status: 'True', reason: 'Available' }] };

const play = (plural: string, method: 'PATCH' | 'DELETE', rest: Partial<Play>): Play => ({
  request: { method, path: `/${plural}`, body: {} },
  place: { plural, namespace: NAMESPACE, name: CLAIM, subresource: undefined },
  before: undefined,
  after: undefined,
  known: [],
  isRefused: false,
  claim: undefined,
  statefulSet: undefined,
  content: undefined,
  isUndisturbed: true,
  ...rest,
});

describe('the referee of the simulation', () => {
  it('calls it a foul to hold on to data that are to be kept, or to say that they are where they go with the app', () => {
    const kept = app({ deletionPolicy: 'Retain' }, { database: { deletionPolicy: 'Retain' } });
    expect(hold(kept, [owned], false)).to.match(/does not let go/);
    expect(hold(kept, [owned], true)).to.match(/says that .* is kept, which goes with the app/);
    const told = app({ deletionPolicy: 'Retain' }, { database: { deletionPolicy: 'Delete' } });
    expect(hold(told, [owned], true)).to.equal(undefined);
    expect(hold(kept, [claim({}), undefined], false)).to.equal(undefined);
    expect(hold(app({ deletionPolicy: 'Delete' }, {}), [owned], false)).to.equal(undefined);
  });

  it('calls it a loss when the garbage collector takes what the policy in force kept', () => {
    const place = { plural: 'persistentvolumeclaims', namespace: NAMESPACE, name: CLAIM, subresource: undefined };
    expect(loss(place, owned, () => 'Retain')).to.match(/is lost/);
    expect(loss(place, owned, () => 'Delete')).to.equal(undefined);
    expect(loss({ ...place, plural: 'services' }, owned, () => 'Retain')).to.equal(undefined);
  });

  it('calls Ready=True untrue over a database without the schema of the web pods', () => {
    const done = { credentials: 'c0ffee', migrations: [{ image: 'webapp:1', content: 'a' }] };
    const deployment = aDeployment() as KubeObject;
    expect(untruth(app({}, ready), deployment, { ...done, migrations: [] })).to.match(/without the schema of webapp:1/);
    expect(untruth(app({}, ready), deployment, done)).to.equal(undefined);
    expect(untruth(app({}, {}), deployment, { ...done, migrations: [] })).to.equal(undefined);
  });

  it('calls it untrue that somebody has to act and also not, or neither while the app is not ready', () => {
    const waiting = (...types: string[]) => ({
      conditions: [
        { type: 'Ready', status: 'False', reason: 'NotOwned' },
        ...types.map((type) => ({ type, status: 'True', reason: 'NotOwned' })),
      ],
    });
    const told = (...types: string[]) => untruth(app({}, waiting(...types)), undefined, undefined);
    expect(told('Stalled', 'Reconciling')).to.match(/and that it passes/);
    expect(told()).to.match(/neither/);
    expect(told('Stalled')).to.equal(undefined);
  });

  it('calls it untrue that the app is ready while its web pods are not those that are declared, or do not serve', () => {
    const told = (status: object) => untruth(app({}, ready), aDeployment({ status }) as KubeObject, undefined);
    expect(told({})).to.equal(undefined);
    expect(told({ updatedReplicas: 1 })).to.match(/do not serve/);
    expect(told({ availableReplicas: 0 })).to.match(/do not serve/);
    expect(told({ observedGeneration: 4 })).to.match(/do not serve/);
    expect(untruth(app({}, ready), undefined, undefined)).to.match(/do not serve/);
  });

  it('calls it untrue that it passes by itself where somebody has to act, and the other way round', () => {
    const told = (reason: string, wait: string) => {
      const conditions = [
        { type: 'Ready', status: 'False', reason },
        { type: wait, status: 'True', reason },
      ];
      return untruth(app({}, { conditions }), undefined, undefined);
    };
    expect(told('MigrationFailed', 'Stalled')).to.equal(undefined);
    expect(told('MigrationFailed', 'Reconciling')).to.match(/does not say that it is stalled/);
    expect(told('DatabaseStarting', 'Stalled')).to.match(/does not say that it is reconciling/);
    expect(told('Available', 'Reconciling')).to.match(/no reason for that/);
    expect(told('OfNoTable', 'Reconciling')).to.match(/no reason for that/);
  });

  it('calls it a misnomer to name another cause than the one that is there', () => {
    const bound = { ...claim({}), status: { phase: 'Bound' } };
    const facts: Facts = {
      claim: bound,
      statefulSet: { metadata: { name: `${APP}-mysql` }, spec: { replicas: 1, selector: {}, template: {} } },
      databasePod: undefined,
      deployment: undefined,
      jobs: [],
      arePodsRefused: false,
    };
    const told = (type: string, reason: string, status: string, rest: Partial<Facts>, seconds = 15) => {
      const conditions = [
        { type: 'Ready', status: 'False', reason },
        { type, status, reason },
      ];
      const causes = new Causes();
      causes.look({ ...facts, ...rest }, 0);
      causes.look({ ...facts, ...rest }, seconds * 1_000);
      return causes.misnomer(app({}, { conditions }), seconds * 1_000);
    };
    const ofDatabase = (reason: string, rest: Partial<Facts>) => told('DatabaseReady', reason, 'False', rest);
    const pod = (status: object) => ({ databasePod: { metadata: { name: DATABASE_POD }, status } });
    const unpulled = pod({ containerStatuses: [{ state: { waiting: { reason: 'ImagePullBackOff' } } }] });
    const homeless = pod({ conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] });
    expect(ofDatabase('DatabaseStarting', { arePodsRefused: true })).to.match(/instead of PodsRejected/);
    const refusedJustNow = told('DatabaseReady', 'DatabaseStarting', 'False', { arePodsRefused: true }, 14);
    expect(refusedJustNow).to.equal(undefined);
    expect(ofDatabase('PodsRejected', { arePodsRefused: true })).to.equal(undefined);
    expect(ofDatabase('DatabaseStarting', unpulled)).to.match(/instead of ImagePullFailed/);
    expect(ofDatabase('ImagePullFailed', unpulled)).to.equal(undefined);
    expect(ofDatabase('VolumePending', homeless)).to.match(/instead of PodUnschedulable/);
    expect(ofDatabase('PodUnschedulable', homeless)).to.equal(undefined);
    expect(told('DatabaseReady', 'Available', 'True', homeless)).to.match(/DatabaseReady=True, instead of/);

    const suspended = { jobs: [{ metadata: { name: 'migrate' }, spec: { suspend: true, template: {} } }] };
    expect(told('SchemaReady', 'MigrationRunning', 'False', suspended)).to.match(/instead of JobSuspended/);
    expect(told('SchemaReady', 'JobSuspended', 'False', suspended)).to.equal(undefined);
    expect(told('SchemaReady', 'Migrated', 'True', suspended)).to.equal(undefined);
    expect(told('SchemaReady', 'NotOwned', 'False', suspended)).to.equal(undefined);

    const ofWeb = (reason: string, deployment: object) =>
      told('WebReady', reason, 'False', { deployment: deployment as KubeObject });
    const paused = aDeployment({ spec: { paused: true }, status: { updatedReplicas: 0 } });
    const refused = aDeployment({ status: { conditions: [{ type: 'ReplicaFailure', status: 'True' }] } });
    expect(ofWeb('RollingOut', paused)).to.match(/instead of RolloutPaused/);
    expect(ofWeb('RolloutPaused', paused)).to.equal(undefined);
    expect(ofWeb('RollingOut', refused)).to.match(/instead of PodsRejected/);
    expect(ofWeb('RolloutStuck', refused)).to.equal(undefined);
  });

  it('calls it untrue that MySQL is not ready where it serves', () => {
    const told = (reason: string, phase: string) =>
      modesty(app({}, { conditions: [{ type: 'DatabaseReady', status: 'False', reason }] }), {
        claim: { ...claim({}), status: { phase: 'Bound' } },
        statefulSet: { metadata: { name: `${APP}-mysql` }, spec: { replicas: 1, selector: {}, template: {} } },
        databasePod: { metadata: { name: DATABASE_POD }, status: { phase } },
        deployment: undefined,
        jobs: [],
        arePodsRefused: false,
      });
    expect(told('DatabaseStarting', 'Running')).to.match(/of a MySQL that serves/);
    expect(told('DatabaseStarting', 'Pending')).to.equal(undefined);
    expect(told('Hibernated', 'Running')).to.equal(undefined);
  });

  it('calls it untrue to keep silent about a write that is refused again and again', () => {
    const told = (reason: string, seconds: number) =>
      silence(app({}, { conditions: [{ type: 'Ready', reason }] }), seconds * 1_000);
    expect(told('DatabaseStarting', 20)).to.match(/nothing of a write that is refused/);
    expect(told('DatabaseStarting', 19)).to.equal(undefined);
    expect(told('ApplyFailed', 20)).to.equal(undefined);
    expect(told('ImagePullFailed', 20)).to.equal(undefined);
  });

  it('calls it a foul to write the same again and again without growing pauses', () => {
    const write = (seconds: number, count: number): (string | undefined)[] => {
      const pacing = new Pacing();
      const body = { metadata: { name: 'web', labels: { a: 'b' } } };
      return Array.from({ length: count }, (_, index) =>
        pacing.foul(
          {
            method: 'PATCH',
            path: '/services/web',
            body: { ...body, metadata: { ...body.metadata, resourceVersion: `${index}` } },
          },
          index * seconds * 1_000,
        ),
      );
    };
    expect(write(0, 17).some(Boolean)).to.equal(false);
    expect(write(0, 18).at(-1)).to.match(/for the 18th time in 0 s/);
    expect(write(1, 100).at(-1)).to.match(/writes the same/);
    expect(write(300, 100).some(Boolean)).to.equal(false);
  });

  it('calls each deletion of a pod a foul but that of MySQL’s, where it is outdated and not ready, and nobody else restarts it', () => {
    const set = (spec: object) => ({
      metadata: { name: `${APP}-mysql` },
      spec: { selector: {}, template: {}, ...spec },
    });
    const pod = (status: object, name = DATABASE_POD, revision = 'old') => ({
      metadata: { name, labels: { 'controller-revision-hash': revision } },
      status,
    });
    const deletion = (before: KubeObject, statefulSet: Play['statefulSet'] = set({})) =>
      foul(play('pods', 'DELETE', { before, statefulSet }));
    const pending = { phase: 'Pending' };
    expect(deletion(pod(pending))).to.equal(undefined);
    expect(deletion(pod({ phase: 'Running' }))).to.match(/ready/);
    expect(deletion(pod(pending, `${APP}-web-0`))).to.match(/not MySQL’s/);
    expect(deletion(pod(pending, DATABASE_POD, revisionOf(set({}))))).to.match(/as declared/);
    expect(deletion(pod(pending), set({ updateStrategy: { type: 'OnDelete' } }))).to.match(/somebody else restarts/);
  });

  it('calls each write a foul that touches data of somebody else’s, or takes data or passwords away', () => {
    const foreign = claim({ labels: { [LABEL.app]: 'other' } });
    const ours = claim({ labels: { [LABEL.app]: APP, [LABEL.managedBy]: FIELD_MANAGER } });
    const running = { metadata: { name: `${APP}-mysql` }, spec: { replicas: 1 } };
    expect(foul(play('persistentvolumeclaims', 'DELETE', { before: ours }))).to.match(/deletes/);
    expect(foul(play('secrets', 'DELETE', { before: ours }))).to.match(/deletes/);
    expect(foul(play('persistentvolumeclaims', 'PATCH', { before: foreign }))).to.match(/not the app’s/);
    expect(foul(play('persistentvolumeclaims', 'PATCH', { before: ours }))).to.equal(undefined);
    expect(foul(play('statefulsets', 'PATCH', { after: running, claim: foreign }))).to.match(/not the app’s/);
    expect(foul(play('statefulsets', 'PATCH', { after: running, claim: ours }))).to.equal(undefined);
    const content = { credentials: 'of another Secret', migrations: [] };
    expect(foul(play('secrets', 'PATCH', { after: ours, claim: ours, content }))).to.match(/new credentials/);
    const empty = { credentials: undefined, migrations: [] };
    expect(foul(play('secrets', 'PATCH', { after: ours, claim: ours, content: empty }))).to.equal(undefined);
  });
});
