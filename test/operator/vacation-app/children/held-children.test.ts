import { expect } from 'chai';
import { VACATION_APP } from '../../../../operator/api/vacation-app.ts';
import { Cluster } from '../../../../operator/runtime/apply/cluster.ts';
import { heldChildren } from '../../../../operator/vacation-app/children/held-children.ts';
import type { Kind, KubeObject } from '../../../../operator/runtime/client/kinds.ts';
import { DEPLOYMENT, JOB, SERVICE } from '../../../../operator/vacation-app/kinds.ts';
import { appStores } from '../../../support/app-controller.ts';
import { FakeApi } from '../../../support/fake-api.ts';
import { anObject } from '../../../support/kube-objects.ts';
import { aVacationApp } from '../../../support/vacation-app.ts';

const ours = { ownerReferences: [{ ...VACATION_APP, name: 'milky-way', uid: 'uid-of-the-app', controller: true }] };
const deleted = { deletionTimestamp: new Date('2026-03-01T12:00:00Z') };
const finalizers = ['example.com/cleanup'];

describe('held children', () => {
  it('are those of the app that are being deleted and have finalizers', () => {
    const rows: readonly (readonly [Kind, KubeObject['metadata']])[] = [
      [SERVICE, { name: 'milky-way-web', ...ours, ...deleted, finalizers }],
      [SERVICE, { name: 'milky-way-mysql', ...ours, finalizers }],
      [SERVICE, { name: 'theirs', ...deleted, finalizers }],
      [JOB, { name: 'milky-way-migrate-1', ...ours, ...deleted, finalizers: ['orphan', 'foregroundDeletion'] }],
      [DEPLOYMENT, { name: 'milky-way-web', ...ours, ...deleted, finalizers }],
    ];
    const stores = appStores();
    for (const [index, [kind, metadata]] of rows.entries()) {
      const labels = { 'interstellar.dev/app': 'milky-way' };
      stores.get(kind.kind)?.observe('ADDED', anObject(index + 1, { ...metadata, labels, uid: `u${index}` }));
    }
    const cluster = new Cluster(new FakeApi(), stores, { wrote: () => undefined });
    expect(heldChildren(aVacationApp(), cluster)).to.deep.equal([
      { object: 'Deployment travel/milky-way-web', finalizers },
      { object: 'Service travel/milky-way-web', finalizers },
    ]);
  });
});
