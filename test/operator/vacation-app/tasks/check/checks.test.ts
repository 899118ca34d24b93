import { expect } from 'chai';
import type { V1Job, V1Pod } from '@kubernetes/client-node';
import type { CompleteApp } from '../../../../../operator/api/defaults.ts';
import { labels } from '../../../../../operator/vacation-app/names.ts';
import { lastCheck } from '../../../../../operator/vacation-app/tasks/check/check.ts';
import { checkContent } from '../../../../../operator/vacation-app/tasks/check/check-job.ts';
import {
  checkAfter,
  contentOf,
  newestEnded,
  nextCheckAt,
  rememberedCheck,
} from '../../../../../operator/vacation-app/tasks/check/checks.ts';
import { aCompleteApp, aPod, aVacationApp, someFacts } from '../../../../support/vacation-app.ts';

const at = (time: string): Date => new Date(`2026-03-01T${time}Z`);

interface Given {
  readonly name?: string;
  readonly created?: string;
  readonly ended?: readonly ['Complete' | 'Failed', string];
  readonly content?: string;
  readonly after?: string;
}

function aCheck({ name = 'check-1', created = '12:00:00', ended, content = 'c', after }: Given = {}): V1Job {
  return {
    metadata: {
      name,
      labels: labels(aVacationApp(), 'check'),
      annotations: {
        'interstellar.dev/configuration-hash': content,
        ...(after === undefined ? {} : { 'interstellar.dev/check-after': after }),
      },
      creationTimestamp: at(created),
    },
    status: {
      conditions: ended ? [{ type: ended[0], status: 'True', lastTransitionTime: at(ended[1]) }] : [],
    },
  };
}

const podOf = (job: string, exitCode: number, message: string): V1Pod => {
  const pod = aPod('check', {
    containerStatuses: [
      {
        ...{ name: 'check', image: '', imageID: '', ready: false, restartCount: 0 },
        state: { terminated: { exitCode, message } },
      },
    ],
  });
  pod.metadata = { ...pod.metadata, labels: { ...pod.metadata?.labels, 'batch.kubernetes.io/job-name': job } };
  return pod;
};

const NOTHING = { pods: [], configMap: undefined };

describe('the checks of an external database', () => {
  it('follow one another ten minutes after one that was content, a minute after one that was not', () => {
    const fit = [aCheck({ ended: ['Complete', '12:00:30'] })];
    expect(checkAfter({ ...NOTHING, jobs: [] }, at('12:00:00'))).to.equal(undefined);
    expect(checkAfter({ ...NOTHING, jobs: [aCheck()] }, at('18:00:00')), 'one that still runs').to.equal(undefined);
    expect(checkAfter({ ...NOTHING, jobs: fit }, at('12:10:29'))).to.equal(undefined);
    expect(checkAfter({ ...NOTHING, jobs: fit }, at('12:10:30'))).to.equal('2026-03-01T12:00:30.000Z');
    expect(nextCheckAt({ ...NOTHING, jobs: fit })).to.equal(at('12:10:30').getTime());
    const unfit = [aCheck({ ended: ['Failed', '12:00:30'] })];
    expect(checkAfter({ ...NOTHING, jobs: unfit }, at('12:01:29'))).to.equal(undefined);
    expect(checkAfter({ ...NOTHING, jobs: unfit }, at('12:01:30'))).to.equal('2026-03-01T12:00:30.000Z');
    expect(nextCheckAt({ ...NOTHING, jobs: unfit })).to.equal(at('12:01:30').getTime());
  });

  it('are each of one time: what was wanted stays wanted while it runs and until it is old', () => {
    const before = aCheck({ ended: ['Complete', '12:00:30'] });
    const after = '2026-03-01T12:00:30.000Z';
    const running = aCheck({ name: 'check-2', created: '12:10:31', after });
    expect(checkAfter({ ...NOTHING, jobs: [before, running] }, at('12:10:40'))).to.equal(after);
    expect(nextCheckAt({ ...NOTHING, jobs: [before, running] }), 'its end will tell').to.equal(undefined);
    const ended = aCheck({ name: 'check-2', created: '12:10:31', after, ended: ['Complete', '12:10:45'] });
    expect(checkAfter({ ...NOTHING, jobs: [before, ended] }, at('12:11:00'))).to.equal(after);
    expect(nextCheckAt({ ...NOTHING, jobs: [before, ended] })).to.equal(at('12:20:45').getTime());
    const unfit = aCheck({ name: 'check-2', created: '12:02:00', ended: ['Failed', '12:02:10'] });
    expect(nextCheckAt({ ...NOTHING, jobs: [before, unfit] }), 'the older one does not count').to.equal(
      at('12:03:10').getTime(),
    );
  });

  it('tell the newest result for what is declared now', () => {
    const wanted = aCheck({ name: 'check-3' });
    const jobs = [
      aCheck({ name: 'check-1', ended: ['Failed', '12:00:30'] }),
      aCheck({ name: 'check-2', ended: ['Complete', '12:05:00'] }),
      aCheck({ name: 'other', ended: ['Failed', '12:09:00'], content: 'another host' }),
      wanted,
    ];
    const pods = [podOf('check-2', 0, '{"databaseVersion":"8.4.1"}')];
    expect(newestEnded({ ...NOTHING, jobs, pods }, 'c')).to.deep.equal({
      job: 'check-2',
      content: 'c',
      isFit: true,
      at: at('12:05:00').getTime(),
      report: { databaseVersion: '8.4.1' },
    });
    expect(newestEnded({ ...NOTHING, jobs: [wanted], pods }, 'c')).to.equal(undefined);
    expect(jobs.map(contentOf)).to.deep.equal(['c', 'c', 'another host', 'c']);
  });
});

describe('a row of checks that could not use the database', () => {
  const ended = (name: string, result: 'Complete' | 'Failed', time: string, content = 'c') =>
    aCheck({ name, content, ended: [result, time] });
  /** What the newest says after each of these, when the one before is remembered and its Job gone. */
  const sinceAfter = (...checks: readonly V1Job[]): (number | undefined)[] => {
    let annotation: string | undefined;
    return checks.map((job) => {
      const annotations = annotation === undefined ? {} : { 'interstellar.dev/last-check': annotation };
      const observed = { jobs: [job], pods: [], configMap: { metadata: { annotations } } };
      annotation = rememberedCheck(observed);
      const forgotten = {
        jobs: [],
        pods: [],
        configMap: { metadata: { annotations: { 'interstellar.dev/last-check': annotation ?? '' } } },
      };
      expect(newestEnded(forgotten)?.unfitSince, 'without the Job').to.equal(newestEnded(observed)?.unfitSince);
      return newestEnded(observed)?.unfitSince;
    });
  };
  const times = (...texts: readonly (string | undefined)[]) => texts.map((text) => text && at(text).getTime());

  it('begins with the first of them', () => {
    const row = [
      ended('check-1', 'Failed', '12:00:00'),
      ended('check-2', 'Failed', '12:01:00'),
      ended('check-3', 'Failed', '12:02:00'),
    ];
    expect(sinceAfter(...row)).to.deep.equal(times('12:00:00', '12:00:00', '12:00:00'));
  });

  it('ends with one that could use it', () => {
    const row = [
      ended('check-1', 'Failed', '12:00:00'),
      ended('check-2', 'Complete', '12:01:00'),
      ended('check-3', 'Failed', '12:11:00'),
    ];
    expect(sinceAfter(...row)).to.deep.equal(times('12:00:00', undefined, '12:11:00'));
  });

  it('begins anew where something else is declared', () => {
    const row = [ended('check-1', 'Failed', '12:00:00'), ended('check-2', 'Failed', '12:01:00', 'another host')];
    expect(sinceAfter(...row)).to.deep.equal(times('12:00:00', '12:01:00'));
  });

  it('begins with what an operator remembered that did not count', () => {
    const lastCheck = { job: 'check-1', content: 'c', isFit: false, at: at('12:00:00').getTime(), said: {} };
    const configMap = { metadata: { annotations: { 'interstellar.dev/last-check': JSON.stringify(lastCheck) } } };
    const jobs = [ended('check-2', 'Failed', '12:01:00')];
    expect(newestEnded({ jobs, pods: [], configMap })?.unfitSince).to.equal(lastCheck.at);
  });
});

describe('the last check', () => {
  const external = { host: 'db.example.com', name: 'travel', credentialsSecretName: 'login' };
  const elsewhere = aCompleteApp({ spec: { database: { external } } });
  const asleep = aCompleteApp({ spec: { mode: 'Hibernated', database: { external } } });
  const content = checkContent(elsewhere, someFacts()) ?? '';
  const observed = { ...NOTHING, jobs: [aCheck({ ended: ['Complete', '12:05:00'], content })] };
  const found = (app: CompleteApp) => lastCheck(app, someFacts(), observed)?.job;

  it('is of what is declared now', () => {
    expect(found(elsewhere)).to.equal('check-1');
    const other = { ...external, host: 'other.example.com' };
    expect(found(aCompleteApp({ spec: { database: { external: other } } }))).to.equal(undefined);
  });

  it('is not asked for in hibernation, nor of a managed database', () => {
    expect(found(asleep)).to.equal(undefined);
    expect(found(aCompleteApp())).to.equal(undefined);
  });
});
