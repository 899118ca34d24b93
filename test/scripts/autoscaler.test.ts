import { expect } from 'chai';
import { type Autoscaler, progressOf, storyOf, viewOf } from '../../scripts/demo/autoscaler.ts';

const anAutoscaler = (status?: Autoscaler['status']): Autoscaler => ({
  spec: {
    minReplicas: 2,
    maxReplicas: 10,
    metrics: [{ containerResource: { target: { averageUtilization: 80 } } }],
  },
  ...(status === undefined ? {} : { status }),
});

const busy = viewOf(
  anAutoscaler({
    desiredReplicas: 4,
    currentMetrics: [{ containerResource: { current: { averageUtilization: 143 } } }],
  }),
  2,
);

describe("what the demo's load shows", () => {
  it('is read from the autoscaler, which may not have measured anything yet', () => {
    expect(busy).to.deep.equal({ cpuPercent: 143, targetPercent: 80, wanted: 4, most: 10, ready: 2 });
    expect(viewOf(anAutoscaler(), 2)).to.include({ cpuPercent: undefined, wanted: 0 });
  });

  it('is told while it lasts', () => {
    expect(progressOf(busy, 113)).to.equal(
      '113 requests a second, CPU at 143 % of the request (target 80 %), 4 pods wanted, 2 ready',
    );
    expect(progressOf(viewOf(anAutoscaler(), 2), 50)).to.contain('CPU not measured yet');
  });

  it('is told at the end, with the failed requests and how to watch the way back', () => {
    const story = storyOf({
      ...{ name: 'milky-way', namespace: 'travel', from: 2, to: 4, seen: busy, ratePerSecond: 113 },
      ...{ actedAfterSeconds: 42, readyAfterSeconds: 9, calmSeconds: 300 },
      load: { requests: 1003, answers: { 200: 1000, 503: 2, ECONNRESET: 1 }, slowestMs: 212.4, steps: [] },
    });
    expect(story).to.contain('After 42 s, at 113 requests a second, the web pods used 143 %');
    expect(story).to.contain('from 2 to 4 pods. 9 s later');
    expect(story).to.contain('1003 requests were made, 3 failed. The slowest took 212 ms.');
    expect(story).to.contain('After 300 s').and.contain('kubectl get hpa milky-way-web --namespace travel --watch');
  });
});
