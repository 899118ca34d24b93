import { expect } from 'chai';
import { conditionsOf, findingOf, type Condition } from '../../../../operator/api/conditions.ts';
import { eventsOf } from '../../../../operator/vacation-app/status/events.ts';

/** Conditions written as `Type=Status/Reason`. */
const conditions = (...texts: string[]): Condition[] =>
  conditionsOf(
    texts.map((text) => {
      const [type = '', status = '', reason = ''] = text.split(/[=/]/);
      return findingOf(type, status === 'Unknown' ? status : status === 'True', reason, `message of ${type}`);
    }),
    [],
    { now: new Date(), generation: 1 },
  );

const rows: readonly [string, string[], string[], string[]][] = [
  ['the first success', [], ['Ready=True/Available'], ['Normal Ready']],
  ['a success after a failure', ['Ready=False/RollingOut'], ['Ready=True/Available'], ['Normal Ready']],
  ['no change', ['Ready=True/Available'], ['Ready=True/Available'], []],
  ['a pause of what serves', ['Ready=True/Available'], ['Ready=True/Paused'], []],
  [
    'a database that comes back',
    ['DatabaseReady=False/DatabaseStarting', 'WebReady=False/RollingOut'],
    ['DatabaseReady=True/Available'],
    ['Normal DatabaseReady'],
  ],
  [
    'a migration of what has web pods',
    ['SchemaReady=False/MigrationRunning', 'WebReady=True/Available'],
    ['SchemaReady=True/Migrated'],
    ['Normal SchemaMigrated'],
  ],
  [
    'a step on the way up',
    ['DatabaseReady=False/DatabaseStarting', 'WebReady=False/WaitingForSchema'],
    ['DatabaseReady=True/Available', 'SchemaReady=True/Migrated'],
    [],
  ],
  [
    'a step on the way up after a failure',
    ['SchemaReady=False/ApplyFailed', 'WebReady=False/ApplyFailed'],
    ['SchemaReady=True/Migrated', 'WebReady=False/RollingOut'],
    [],
  ],
  ...['NotOwned', 'OwnerTerminating', 'WaitingForCredentials'].map((reason): (typeof rows)[number] => [
    `a step on the way up after ${reason}`,
    [`SchemaReady=False/${reason}`, `WebReady=False/${reason}`],
    ['SchemaReady=True/Migrated', 'WebReady=False/RollingOut'],
    [],
  ]),
  [
    'all steps at once',
    ['DatabaseReady=False/DatabaseStarting', 'WebReady=False/WaitingForSchema'],
    ['Ready=True/Available', 'DatabaseReady=True/Available', 'SchemaReady=True/Migrated'],
    ['Normal Ready'],
  ],
  ['what is told by Ready anyway', [], ['CredentialsReady=True/Available', 'WebReady=True/Available'], []],
  ['an update', ['UpdateAvailable=False/UpToDate'], ['UpdateAvailable=True/NewDefaults'], ['Normal UpdateAvailable']],
  ['ordinary progress', ['Ready=False/WaitingForDatabase'], ['Ready=False/RollingOut'], []],
  ['a failure', ['Ready=True/Available'], ['Ready=False/ImagePullFailed'], ['Warning ImagePullFailed']],
  ['another failure', ['Ready=False/ImagePullFailed'], ['Ready=False/ContainerFailing'], ['Warning ContainerFailing']],
  ['the same failure', ['Ready=False/NotOwned'], ['Ready=False/NotOwned'], []],
  [
    'a wait that has become too long',
    ['Ready=False/VolumePending', 'Reconciling=True/VolumePending'],
    ['Ready=False/VolumePending', 'Stalled=True/VolumePending'],
    ['Warning VolumePending'],
  ],
  [
    'a wait that was told and has become too long',
    ['Ready=False/PodUnschedulable', 'Reconciling=True/PodUnschedulable'],
    ['Ready=False/PodUnschedulable', 'Stalled=True/PodUnschedulable'],
    [],
  ],
  [
    'a wait that stays too long',
    ['Ready=False/VolumePending', 'Stalled=True/VolumePending'],
    ['Ready=False/VolumePending', 'Stalled=True/VolumePending'],
    [],
  ],
  [
    'a failure told by a component too',
    [],
    ['WebReady=False/PodsRejected', 'Ready=False/PodsRejected'],
    ['Warning PodsRejected'],
  ],
];

describe('what is worth an event', () => {
  for (const [title, before, after, expected] of rows) {
    it(`is ${expected.join() || 'nothing'}: ${title}`, () => {
      const notes = eventsOf(conditions(...before), conditions(...after));
      expect(notes.map(({ type, reason }) => `${type} ${reason}`)).to.deep.equal(expected);
      for (const { message } of notes) expect(message).to.match(/^message of/);
    });
  }
});
