import { expect } from 'chai';
import type { VacationAppStatus } from '../../../../operator/api/vacation-app.ts';
import { Pace } from '../../../../operator/vacation-app/status/pace.ts';

const aStatus = (ready: number, reason = 'RollingOut', value: 'True' | 'False' = 'False'): VacationAppStatus => ({
  observedGeneration: 1,
  conditions: [
    {
      type: 'Ready',
      status: value,
      reason,
      message: '',
      observedGeneration: 1,
      lastTransitionTime: '2026-03-01T10:00:00Z',
    },
  ],
  web: { desired: 3, ready, updated: 3, summary: `${ready}/3` },
});

describe('the pace of status', () => {
  it('writes at once what turns Ready, tells of a fault or of its end, or is an answer', () => {
    const pace = new Pace();
    const serving = aStatus(3, 'Available', 'True');
    expect(pace.waitMs(undefined, aStatus(0), 0)).to.equal(0);
    expect(pace.waitMs({ observedGeneration: -1 }, aStatus(0), 0)).to.equal(0);
    expect(pace.waitMs(aStatus(0), { ...aStatus(0), observedGeneration: 2 }, 0)).to.equal(0);
    expect(pace.waitMs(aStatus(0), { ...aStatus(0), lastHandled: { restart: 'now' } }, 0)).to.equal(0);
    expect(pace.waitMs(aStatus(0), aStatus(0, 'PodUnschedulable'), 0)).to.equal(0);
    expect(pace.waitMs(aStatus(0, 'PodUnschedulable'), aStatus(0), 0)).to.equal(0);
    expect(pace.waitMs(aStatus(3), serving, 0)).to.equal(0);
    expect(pace.waitMs(serving, aStatus(2), 0)).to.equal(0);
    expect(pace.waitMs(serving, aStatus(3, 'Paused', 'True'), 0)).to.equal(0);
  });

  it('lets a step on the way up wait for what follows', () => {
    const pace = new Pace();
    expect(pace.waitMs(aStatus(0, 'DatabaseStarting'), aStatus(0, 'MigrationRunning'), 1_000)).to.equal(500);
    expect(pace.waitMs(aStatus(0, 'DatabaseStarting'), aStatus(0), 1_400)).to.equal(100);
    expect(pace.waitMs(aStatus(0, 'DatabaseStarting'), aStatus(1), 1_500)).to.equal(0);
  });

  it('lets numbers wait for one another, but not for ever', () => {
    const pace = new Pace();
    expect(pace.waitMs(aStatus(0), aStatus(1), 1_000)).to.equal(500);
    expect(pace.waitMs(aStatus(0), aStatus(2), 1_300)).to.equal(200);
    expect(pace.waitMs(aStatus(0), aStatus(3), 1_500)).to.equal(0);
    expect(pace.waitMs(aStatus(3), aStatus(2), 1_600)).to.equal(500);
  });

  it('waits no longer when the clock is set back', () => {
    const pace = new Pace();
    pace.waitMs(aStatus(0), aStatus(1), 7_200_000);
    expect(pace.waitMs(aStatus(0), aStatus(1), 0)).to.equal(0);
  });

  it('begins anew when the numbers are as they were', () => {
    const pace = new Pace();
    pace.waitMs(aStatus(0), aStatus(1), 0);
    pace.settled();
    expect(pace.waitMs(aStatus(0), aStatus(1), 10_000)).to.equal(500);
  });
});
