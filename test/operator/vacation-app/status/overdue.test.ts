import type { V1PersistentVolumeClaim, V1Pod, V1StatefulSet } from '@kubernetes/client-node';
import { expect } from 'chai';
import { conditionsOf, findingOf } from '../../../../operator/api/conditions.ts';
import { CONDITION } from '../../../../operator/api/vacation-app.ts';
import { isOverdue, overdueLookAt } from '../../../../operator/vacation-app/status/overdue.ts';
import type { DatabaseCheck } from '../../../../operator/vacation-app/tasks/check/checks.ts';
import { aCompleteApp, aPod, aStatefulSet, aVolumeClaim } from '../../../support/vacation-app.ts';

const at = (time: string): Date => new Date(`2026-03-01T${time}Z`);

/** A pod that has had no node since then. */
const homeless = (component: string, since: string, metadata: V1Pod['metadata'] = {}): V1Pod =>
  aPod(
    component,
    {
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', lastTransitionTime: at(since) }],
    },
    metadata,
  );

function pendingClaim(since: string): V1PersistentVolumeClaim {
  const claim = aVolumeClaim('Pending');
  return { ...claim, metadata: { ...claim.metadata, creationTimestamp: at(since) } };
}

const unfit = (since: string): DatabaseCheck => ({
  ...{ job: 'check-9', content: 'c', isFit: false, at: at('12:04:30').getTime(), report: {} },
  unfitSince: at(since).getTime(),
});

/** A pod that found its node then. */
const housed = (component: string, since: string): V1Pod =>
  aPod(component, { conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: at(since) }] });

/** MySQL's, made then, without a pod. */
function podlessSince(since: string): V1StatefulSet {
  const { metadata, ...statefulSet } = aStatefulSet({ replicas: 0, readyReplicas: 0 });
  return { ...statefulSet, metadata: { ...metadata, creationTimestamp: at(since) } };
}

interface Given {
  readonly pods?: readonly V1Pod[];
  readonly volumeClaim?: V1PersistentVolumeClaim;
  readonly statefulSet?: V1StatefulSet;
  readonly check?: DatabaseCheck;
  /** Since when the condition has been False. */
  readonly falseSince?: string;
}

/** What is seen while the status tells of the cause. */
function world(type: string, reason: string, { falseSince = '12:00:00', check, ...given }: Given) {
  const finding = findingOf(type, false, reason, 'as found');
  const conditions = conditionsOf([finding], [], { now: at(falseSince), generation: 1 });
  const nothing = { pods: [], volumeClaim: undefined, statefulSet: undefined, deployment: undefined, jobs: [] };
  return { app: aCompleteApp({ status: { conditions } }), observed: { ...nothing, ...given }, check };
}

const is = (type: string, reason: string, given: Given, now: string): boolean =>
  isOverdue({ type, reason }, world(type, reason, given), at(now));

const { credentialsReady, databaseReady, schemaReady, webReady, ready } = CONDITION;

const rows: readonly (readonly [title: string, type: string, reason: string, given: Given])[] = [
  ['a MySQL pod without a node', databaseReady, 'PodUnschedulable', { pods: [homeless('mysql', '12:00:00')] }],
  ['a check without a node', databaseReady, 'PodUnschedulable', { pods: [homeless('check', '12:00:00')] }],
  ['a migration without a node', schemaReady, 'PodUnschedulable', { pods: [homeless('migration', '12:00:00')] }],
  ['a web pod without a node', webReady, 'PodUnschedulable', { pods: [homeless('web', '12:00:00')] }],
  [
    'a volume that its pod waits for',
    databaseReady,
    'VolumePending',
    { volumeClaim: pendingClaim('12:00:00'), pods: [homeless('mysql', '11:59:59')] },
  ],
  [
    'an old volume whose pod is new',
    databaseReady,
    'VolumePending',
    { volumeClaim: pendingClaim('09:00:00'), pods: [homeless('mysql', '12:00:00')] },
  ],
  ['a server that does not answer', databaseReady, 'DatabaseUnreachable', { check: unfit('12:00:00') }],
  ['a check that fails', databaseReady, 'DatabaseCheckFailed', { check: unfit('12:00:00') }],
  ['a DNS that does not answer', databaseReady, 'DnsUnavailable', { check: unfit('12:00:00') }],
  ['a server that is full', databaseReady, 'NoConnectionsLeft', { check: unfit('12:00:00') }],
  ['a server that refuses writes', databaseReady, 'DatabaseNotWritable', { check: unfit('12:00:00') }],
  ['a name that does not resolve', databaseReady, 'HostNotFound', { check: unfit('12:00:00') }],
  ['a user who is not let in', databaseReady, 'AccessDenied', { check: unfit('12:00:00') }],
  ['a Secret of the user that is missing', credentialsReady, 'CredentialsMissing', {}],
  ['a generated Secret that is gone', ready, 'CredentialsLost', {}],
  [
    'an image of a pod that is new',
    databaseReady,
    'ImagePullFailed',
    { pods: [housed('mysql', '12:00:00')], falseSince: '09:00:00' },
  ],
  ['a container of a pod that served long', databaseReady, 'ContainerFailing', { pods: [housed('mysql', '09:00:00')] }],
  [
    'a web pod that cannot start',
    webReady,
    'ContainerFailing',
    { pods: [housed('web', '11:59:00'), housed('mysql', '12:04:00')] },
  ],
  [
    'a pod that is refused to a new StatefulSet',
    databaseReady,
    'PodsRejected',
    { statefulSet: podlessSince('12:00:00'), falseSince: '09:00:00' },
  ],
  [
    'a pod that is refused after another has gone',
    databaseReady,
    'PodsRejected',
    { statefulSet: podlessSince('09:00:00') },
  ],
];

describe('a cause that should pass by itself', () => {
  for (const [title, type, reason, given] of rows) {
    it(`is overdue after five minutes and stays so, and is looked at then: ${title}`, () => {
      const due = overdueLookAt(world(type, reason, given), at('12:00:01'));
      expect(due).to.be.within(at('12:04:59').getTime(), at('12:05:00').getTime());
      const overdue = ['12:00:01', '12:04:59', '12:05:00', '12:05:01', '13:00:00'].map((now) =>
        is(type, reason, given, now),
      );
      expect(overdue).to.deep.equal([false, false, true, true, true]);
      expect(overdueLookAt(world(type, reason, given), at('12:05:00')), 'no further look').to.equal(undefined);
    });
  }

  it('is not overdue before the status has told of it, however long its pod has been there', () => {
    const seen = world(databaseReady, 'ContainerFailing', { pods: [housed('mysql', '09:00:00')] });
    const cause = { type: databaseReady, reason: 'ContainerFailing' };
    expect(isOverdue(cause, { ...seen, app: aCompleteApp() }, at('12:00:00'))).to.equal(false);
  });

  it('is not overdue for the pods of another gate, nor for those that end', () => {
    const pods = [
      homeless('web', '11:00:00'),
      homeless('mysql', '12:00:00'),
      homeless('mysql', '11:00:00', { deletionTimestamp: at('12:00:00') }),
    ];
    expect(is(databaseReady, 'PodUnschedulable', { pods }, '12:01:00')).to.equal(false);
    expect(is(webReady, 'PodUnschedulable', { pods }, '12:01:00')).to.equal(true);
  });

  it('is not overdue while no pod waits for the volume, which may be bound only then', () => {
    const volumeClaim = pendingClaim('09:00:00');
    expect(is(databaseReady, 'VolumePending', { volumeClaim }, '12:00:00')).to.equal(false);
  });

  it('is not overdue where it may take as long as it takes: an image that is pulled, a pod that starts', () => {
    const given = { pods: [housed('mysql', '11:00:00')], volumeClaim: aVolumeClaim(), check: unfit('11:00:00') };
    for (const reason of ['DatabaseStarting', 'MigrationRunning', 'RollingOut', 'DatabaseChecking', 'JobSuspended']) {
      expect(is(databaseReady, reason, given, '12:00:00'), reason).to.equal(false);
      expect(overdueLookAt(world(databaseReady, reason, given), at('11:01:00')), reason).to.equal(undefined);
    }
  });
});
