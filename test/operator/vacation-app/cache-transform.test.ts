import { expect } from 'chai';
import { VACATION_APP } from '../../../operator/api/vacation-app.ts';
import type { KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { createTransform } from '../../../operator/vacation-app/cache-transform.ts';
import { DEPLOYMENT, JOB, POD } from '../../../operator/vacation-app/kinds.ts';
import { podTrouble } from '../../../operator/vacation-app/status/pod-trouble.ts';
import { aVacationApp } from '../../support/vacation-app.ts';

describe('what the caches hold', () => {
  const transform = createTransform();
  const metadata = { name: 'milky-way-web', namespace: 'travel', labels: { a: 'b' }, resourceVersion: '7' };
  const spec = { template: { spec: { containers: [{ name: 'web' }] } } };

  it('is of a pod how it is, and enough to tell what is the matter with it', () => {
    const terminated = { exitCode: 137, reason: 'OOMKilled' };
    const waiting = { name: 'web', image: 'webapp:1', imageID: 'sha256:1', ready: false, restartCount: 3 };
    const container = { ...waiting, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated } };
    const conditions = [
      { type: 'Ready', status: 'False' },
      { type: 'PodScheduled', status: 'True' },
    ];
    const status = { phase: 'Running', podIP: '10.0.0.1', conditions, containerStatuses: [container] };
    const pod = { metadata: { ...metadata, ownerReferences: [], managedFields: [] }, spec, status };
    const kept = transform(POD)(pod);
    expect(kept).to.deep.equal({
      metadata,
      status: {
        phase: 'Running',
        conditions: [conditions[1]],
        containerStatuses: [{ ...container, imageID: '' }],
      },
    });
    expect(podTrouble([kept])).to.deep.equal(podTrouble([{ metadata, status }]));
  });

  it('is of a Job all but what it runs, since it cannot change', () => {
    const status = { conditions: [{ type: 'Complete', status: 'True' }] };
    const kept = transform(JOB)({ metadata, spec, status } as KubeObject);
    expect(kept).to.deep.equal({ metadata: { ...metadata, managedFields: [] }, status });
  });

  it('is of what is applied all that it is compared by', () => {
    expect(transform(DEPLOYMENT)({ metadata, spec } as KubeObject)).to.deep.equal({
      metadata: { ...metadata, managedFields: [] },
      spec,
    });
  });

  it('is not what kubectl keeps for itself, but of an app, whose metadata are sent with its status', () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', other: 'kept' };
    const app = aVacationApp({ metadata: { annotations } });
    const before = structuredClone(app);
    expect(transform(DEPLOYMENT)(app).metadata.annotations).to.deep.equal({ other: 'kept' });
    expect(app).to.deep.equal(before);
    expect(transform(VACATION_APP)(app).metadata.annotations).to.deep.equal(annotations);
  });
});
