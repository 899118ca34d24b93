import { expect } from 'chai';
import { VACATION_APP } from '../../../operator/api/vacation-app.ts';
import { systemClock } from '../../../operator/runtime/clock.ts';
import { Cluster } from '../../../operator/runtime/cluster.ts';
import { Drift } from '../../../operator/runtime/drift.ts';
import type { KubeObject } from '../../../operator/runtime/kinds.ts';
import { createWatching } from '../../../operator/vacation-app/controller.ts';
import { JOB } from '../../../operator/vacation-app/kinds.ts';
import { labels } from '../../../operator/vacation-app/names.ts';
import { createReconcile } from '../../../operator/vacation-app/reconcile.ts';
import { Validity } from '../../../operator/vacation-app/validity.ts';
import { FakeApi } from '../../support/fake-api.ts';
import { aVacationApp, DEFAULTS } from '../../support/vacation-app.ts';

const external = { host: 'db.example.com', name: 'travel', credentialsSecretName: 'login' };
const PATH = '/apis/interstellar.dev/v1alpha1/namespaces/travel/vacationapps/milky-way/status';

describe('a reconcile', () => {
  it('of a paused app is not repeated for what is due of it', async () => {
    const api = new FakeApi();
    const now = (): Date => new Date('2026-03-01T12:00:00Z');
    const { stores } = createWatching(api, { namespaces: [], onKey: () => undefined, onError: () => undefined });
    const reconcile = createReconcile({
      cluster: new Cluster(api, stores, { wrote: () => undefined }, new Drift({ clock: systemClock, now })),
      defaults: DEFAULTS,
      publish: () => Promise.resolve(),
      now,
      clock: systemClock,
      random: () => 'r',
      validity: new Validity(() => undefined),
    });
    const metadata = { resourceVersion: '1', annotations: { 'interstellar.dev/paused': 'true' } };
    const app = aVacationApp({ metadata, spec: { database: { external } } });
    const check: KubeObject & { status: object } = {
      metadata: {
        name: 'milky-way-check-1',
        namespace: 'travel',
        uid: 'j',
        resourceVersion: '2',
        labels: labels(app, 'check'),
        ownerReferences: [{ ...VACATION_APP, name: 'milky-way', uid: app.metadata.uid ?? '', controller: true }],
      },
      status: { conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: '2026-03-01T10:00:00Z' }] },
    };
    stores.get(VACATION_APP.kind)?.observe('ADDED', app);
    stores.get(JOB.kind)?.observe('ADDED', check);
    api.objects.set(PATH, { ...app });
    expect(await reconcile('travel/milky-way', AbortSignal.timeout(10_000))).to.deep.equal({});
  });
});
