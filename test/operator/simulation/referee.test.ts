import { expect } from 'chai';
import type { KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { FIELD_MANAGER, LABEL } from '../../../operator/vacation-app/names.ts';
import { aDeployment, aVacationApp } from '../../support/vacation-app.ts';
import { APP, CLAIM, NAMESPACE } from './person.ts';
import { foul, hold, loss, untruth, type Play } from './referee.ts';

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
    expect(told('Reconciling')).to.equal(undefined);
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
