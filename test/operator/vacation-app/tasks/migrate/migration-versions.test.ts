import { expect } from 'chai';
import { migrationVersions } from '../../../../../operator/vacation-app/tasks/migrate/migration-versions.ts';
import { aPod } from '../../../../support/vacation-app.ts';

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

/** With a container before it that somebody's webhook has added. */
function besideOthers(pod: ReturnType<typeof ended>): ReturnType<typeof ended> {
  const [container] = pod.status?.containerStatuses ?? [];
  if (!container) throw new Error('it has a container');
  const terminated = { exitCode: 0, message: '{"schemaVersion":"of another"}' };
  const sidecar = { ...container, name: 'another', state: { terminated } };
  return { ...pod, status: { containerStatuses: [sidecar, container] } };
}

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
  ['a report beside another container', besideOthers(ended('{"schemaVersion":"7"}')), { schemaVersion: '7' }],
  ['a failure beside another container', besideOthers(ended('{"schemaVersion":"7"}', 1)), {}],
  ['a failure', ended('{"schemaVersion":"7"}', 1), {}],
  ['another migration', ended('{"schemaVersion":"7"}', 0, 'migrate-2'), {}],
];

describe('what a migration reported', () => {
  for (const [title, pod, expected] of rows) {
    it(`is read from its pod: ${title}`, () => {
      expect(migrationVersions({ pods: [aPod('migration'), pod] }, 'migrate-1')).to.deep.equal(expected);
    });
  }
});
