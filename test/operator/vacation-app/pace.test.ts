import { expect } from 'chai';
import type { VacationAppStatus } from '../../../operator/api/vacation-app.ts';
import { Pace } from '../../../operator/vacation-app/pace.ts';

const aStatus = (ready: number, reason = 'RollingOut'): VacationAppStatus => ({
  observedGeneration: 1,
  conditions: [
    {
      type: 'Ready',
      status: 'False',
      reason,
      message: '',
      observedGeneration: 1,
      lastTransitionTime: '2026-03-01T10:00:00Z',
    },
  ],
  web: { desired: 3, ready, updated: 3, summary: `${ready}/3` },
});

describe('the pace of status', () => {
  const key = 'travel/milky-way';

  it('writes at once what turns a condition, gives another reason, or is the first of all', () => {
    const pace = new Pace();
    expect(pace.waitMs(key, undefined, aStatus(0), 0)).to.equal(0);
    expect(pace.waitMs(key, aStatus(0), aStatus(0, 'PodUnschedulable'), 0)).to.equal(0);
  });

  it('lets numbers wait for one another, but not for ever', () => {
    const pace = new Pace();
    expect(pace.waitMs(key, aStatus(0), aStatus(1), 1_000)).to.equal(500);
    expect(pace.waitMs(key, aStatus(0), aStatus(2), 1_300)).to.equal(200);
    expect(pace.waitMs(key, aStatus(0), aStatus(3), 1_500)).to.equal(0);
    expect(pace.waitMs(key, aStatus(3), aStatus(2), 1_600)).to.equal(500);
  });

  it('waits no longer when the clock is set back', () => {
    const pace = new Pace();
    pace.waitMs(key, aStatus(0), aStatus(1), 7_200_000);
    expect(pace.waitMs(key, aStatus(0), aStatus(1), 0)).to.equal(0);
  });

  it('begins anew when the numbers are as they were', () => {
    const pace = new Pace();
    pace.waitMs(key, aStatus(0), aStatus(1), 0);
    pace.forget(key);
    expect(pace.waitMs(key, aStatus(0), aStatus(1), 10_000)).to.equal(500);
  });
});
