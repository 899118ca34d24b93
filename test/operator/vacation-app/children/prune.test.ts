import { expect } from 'chai';
import { VACATION_APP } from '../../../../operator/api/vacation-app.ts';
import { Cluster } from '../../../../operator/runtime/apply/cluster.ts';
import { pathOf } from '../../../../operator/runtime/client/kinds.ts';
import { owned } from '../../../../operator/vacation-app/children/ownership.ts';
import { prune } from '../../../../operator/vacation-app/children/prune.ts';
import { JOB } from '../../../../operator/vacation-app/kinds.ts';
import { planOf } from '../../../../operator/vacation-app/plan.ts';
import { applyJob } from '../../../../operator/vacation-app/tasks/apply-job.ts';
import { appStores } from '../../../support/app-controller.ts';
import { FakeApi } from '../../../support/fake-api.ts';
import { aCompleteApp, aServingWorld, DEFAULTS } from '../../../support/vacation-app.ts';

const now = new Date('2026-03-01T12:00:00Z');

describe('the children that are deleted', () => {
  it('include a Job whose pod does not run, once the spec has other resources for it; its name stays', async () => {
    const api = new FakeApi();
    const stores = appStores();
    const cluster = new Cluster(api, stores, { wrote: () => undefined });
    const observed = aServingWorld({ jobs: [] });
    const planIn = (spec: Parameters<typeof aCompleteApp>[0]) => planOf(aCompleteApp(spec), observed, DEFAULTS, now);
    const jobsIn = () => stores.get(JOB.kind)?.list() ?? [];
    const plan = planIn({});
    const desired = plan.desired.find(({ kind }) => kind === JOB);
    if (!desired) throw new Error('there is no Job');
    stores
      .get(VACATION_APP.kind)
      ?.observe('ADDED', { ...plan.app, metadata: { ...plan.app.metadata, resourceVersion: '1' } });
    api.objects.set(pathOf(JOB, 'travel', desired.object.metadata.name), {
      ...owned(desired.object, plan.app),
    });
    await applyJob(plan, desired, cluster, AbortSignal.timeout(10_000));
    expect(jobsIn()).to.have.length(1);
    await prune(plan, cluster, now);
    expect(jobsIn(), 'nothing has changed').to.have.length(1);
    await prune(planIn({ spec: { jobs: { resources: { requests: { memory: '64Mi' } } } } }), cluster, now);
    expect(jobsIn()).to.deep.equal([]);
  });
});
