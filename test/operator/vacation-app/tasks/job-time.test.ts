import { expect } from 'chai';
import type { V1Job } from '@kubernetes/client-node';
import { checkAfter } from '../../../../operator/vacation-app/tasks/check/checks.ts';
import { JobTime } from '../../../../operator/vacation-app/tasks/job-time.ts';
import { labels } from '../../../../operator/vacation-app/names.ts';
import { aVacationApp } from '../../../support/vacation-app.ts';

const at = (time: string): number => new Date(`2026-03-01T${time}Z`).getTime();
const MINUTE_MS = 60_000;

const aCheck = (uid: string, ended?: string): V1Job => ({
  metadata: { name: uid, uid, labels: labels(aVacationApp(), 'check') },
  status: ended ? { conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: new Date(at(ended)) }] } : {},
});

/** A machine whose clock is ahead of the cluster's by that much. */
function aMachine(aheadMs: number) {
  let cluster = at('12:00:00');
  const clock = { now: () => cluster - at('11:00:00'), after: () => () => undefined };
  const time = new JobTime(clock, () => new Date(cluster + aheadMs));
  return {
    /** What time it is for the Jobs when it is that time in the cluster. */
    at(when: string, jobs: readonly V1Job[]): Date {
      cluster = at(when);
      return time.now(jobs);
    },
  };
}

const NOTHING = { pods: [], configMap: undefined };

describe('the time of Jobs', () => {
  it('is what the clock says where none was seen to run', () => {
    const machine = aMachine(10 * MINUTE_MS);
    expect(machine.at('12:00:00', []).getTime()).to.equal(at('12:10:00'));
    expect(machine.at('12:00:00', [aCheck('a', '11:59:00')]).getTime()).to.equal(at('12:10:00'));
  });

  it('is not ahead of the cluster’s by more than was not looked for: a check that was content is not repeated at once', () => {
    const machine = aMachine(10 * MINUTE_MS);
    machine.at('12:00:00', [aCheck('a')]);
    const ended = [aCheck('a', '12:00:05')];
    expect(checkAfter({ ...NOTHING, jobs: ended }, machine.at('12:00:06', ended))).to.equal(undefined);
    expect(checkAfter({ ...NOTHING, jobs: ended }, machine.at('12:09:59', ended))).to.equal(undefined);
    expect(checkAfter({ ...NOTHING, jobs: ended }, machine.at('12:10:05', ended))).to.equal('2026-03-01T12:00:05.000Z');
  });

  it('goes by the Job that ended last: an earlier one does not hold it back once the machine has slept', () => {
    let monotonic = 0;
    let now = at('00:00:00');
    const clock = { now: () => monotonic, after: () => () => undefined };
    const time = new JobTime(clock, () => new Date(now));
    const seen = (...jobs: readonly V1Job[]): Date => time.now(jobs);
    seen(aCheck('migration'));
    const migration = aCheck('migration', '00:00:05');
    now = at('08:00:00');
    monotonic = 10_000;
    seen(migration, aCheck('check'));
    const jobs = [migration, aCheck('check', '08:00:05')];
    now = at('08:10:05');
    monotonic += 605_000;
    expect(seen(...jobs).getTime()).to.equal(at('08:10:05'));
  });

  it('is the clock’s where that is behind', () => {
    const machine = aMachine(-MINUTE_MS);
    machine.at('12:00:00', [aCheck('a')]);
    expect(machine.at('12:00:06', [aCheck('a', '12:00:05')]).getTime()).to.equal(at('11:59:06'));
  });
});
