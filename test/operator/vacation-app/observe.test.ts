import { expect } from 'chai';
import { isManagedDatabaseReady, migrationReport } from '../../../operator/vacation-app/observe.ts';
import { aPod, aStatefulSet } from '../../support/vacation-app.ts';

const ended = (message: string | undefined, exitCode = 0, jobName = 'migrate-1') => {
  const pod = aPod('migration');
  pod.metadata = {
    ...pod.metadata,
    labels: { ...pod.metadata?.labels, 'batch.kubernetes.io/job-name': jobName },
  };
  const terminated = { exitCode, ...(message === undefined ? {} : { message }) };
  pod.status = {
    containerStatuses: [
      { name: 'migrate', image: '', imageID: '', ready: false, restartCount: 0, state: { terminated } },
    ],
  };
  return pod;
};

const rows: readonly [string, ReturnType<typeof ended>, object][] = [
  [
    'a report',
    ended('{"schemaVersion":"7","databaseVersion":"8.4.1"}'),
    { schemaVersion: '7', databaseVersion: '8.4.1' },
  ],
  ['half a report', ended('{"schemaVersion":"7"}'), { schemaVersion: '7' }],
  ['no message', ended(undefined), {}],
  ['a message that is no report', ended('all done'), {}],
  ['JSON that is no report', ended('null'), {}],
  ['what fits no status', ended(`{"schemaVersion":7,"databaseVersion":"${'x'.repeat(65)}"}`), {}],
  ['more than is asked', ended('{"schemaVersion":"7","web":{"image":"evil"}}'), { schemaVersion: '7' }],
  ['a failure', ended('{"schemaVersion":"7"}', 1), {}],
  ['another migration', ended('{"schemaVersion":"7"}', 0, 'migrate-2'), {}],
];

describe('what a migration reported', () => {
  for (const [title, pod, expected] of rows) {
    it(`is read from its pod: ${title}`, () => {
      expect(migrationReport({ pods: [aPod('migration'), pod] }, 'migrate-1')).to.deep.equal(expected);
    });
  }
});

describe('the database', () => {
  it('is ready when its StatefulSet, as it is wanted, is', () => {
    expect(isManagedDatabaseReady({ statefulSet: aStatefulSet() })).to.equal(true);
    expect(isManagedDatabaseReady({ statefulSet: undefined })).to.equal(false);
    for (const status of [{ observedGeneration: 2 }, { readyReplicas: 0 }, { updateRevision: 'b' }]) {
      expect(isManagedDatabaseReady({ statefulSet: aStatefulSet(status) })).to.equal(false);
    }
  });
});
