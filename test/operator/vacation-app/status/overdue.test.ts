import type { V1PersistentVolumeClaim, V1Pod } from '@kubernetes/client-node';
import { expect } from 'chai';
import { findingOf } from '../../../../operator/api/conditions.ts';
import { CONDITION } from '../../../../operator/api/vacation-app.ts';
import { isOverdue, overdueLookAt } from '../../../../operator/vacation-app/status/overdue.ts';
import type { DatabaseCheck } from '../../../../operator/vacation-app/tasks/check/checks.ts';
import { aCompleteApp, aPod, aVolumeClaim } from '../../../support/vacation-app.ts';

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

interface Given {
  readonly pods?: readonly V1Pod[];
  readonly volumeClaim?: V1PersistentVolumeClaim;
  readonly check?: DatabaseCheck;
}

const world = ({ pods = [], volumeClaim, check }: Given) => ({
  app: aCompleteApp(),
  observed: { pods, volumeClaim },
  check,
});

const is = (type: string, reason: string, given: Given, now: string): boolean =>
  isOverdue(findingOf(type, false, reason, 'as found'), world(given), at(now));

const { databaseReady, schemaReady, webReady } = CONDITION;

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
];

describe('a cause that should pass by itself', () => {
  for (const [title, type, reason, given] of rows) {
    it(`is overdue after five minutes and stays so, and is looked at then: ${title}`, () => {
      const due = overdueLookAt(world(given), at('12:00:01'));
      expect(due).to.be.within(at('12:04:59').getTime(), at('12:05:00').getTime());
      const overdue = ['12:00:01', '12:04:59', '12:05:00', '12:05:01', '13:00:00'].map((now) =>
        is(type, reason, given, now),
      );
      expect(overdue).to.deep.equal([false, false, true, true, true]);
      expect(overdueLookAt(world(given), at('12:05:00')), 'no further look').to.equal(undefined);
    });
  }

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
    const pods = [
      aPod('mysql', { conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: at('11:00:00') }] }),
    ];
    for (const reason of ['DatabaseStarting', 'MigrationRunning', 'RollingOut', 'DatabaseChecking', 'JobSuspended']) {
      expect(is(databaseReady, reason, { pods, check: unfit('11:00:00') }, '12:00:00'), reason).to.equal(false);
    }
    expect(overdueLookAt(world({ pods, volumeClaim: aVolumeClaim() }), at('11:01:00'))).to.equal(undefined);
  });
});
