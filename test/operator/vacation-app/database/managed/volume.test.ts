import type { V1PersistentVolumeClaim, V1PersistentVolumeClaimSpec } from '@kubernetes/client-node';
import { expect } from 'chai';
import { ApiError } from '../../../../../operator/runtime/client/api-error.ts';
import { TerminalError } from '../../../../../operator/runtime/queue/errors.ts';
import {
  grownTo,
  growthError,
  growthOf,
  pendingOf,
  partOfVolume,
} from '../../../../../operator/vacation-app/database/managed/volume.ts';
import { aCompleteApp } from '../../../../support/vacation-app.ts';

interface Claim {
  requested?: string;
  capacity?: string;
  phase?: string;
  applied?: object;
  message?: string;
}

const aClaim = ({ requested = '2Gi', capacity = requested, phase = 'Bound', applied, message }: Claim = {}) =>
  ({
    metadata: {
      name: 'data-milky-way-mysql-0',
      namespace: 'travel',
      managedFields:
        applied === undefined ? [] : [{ manager: 'vacation-operator', operation: 'Apply', fieldsV1: applied }],
    },
    spec: { storageClassName: 'slow', resources: { requests: { storage: requested } } },
    status: {
      phase,
      capacity: { storage: capacity },
      conditions: message === undefined ? [] : [{ type: 'FileSystemResizePending', status: 'True', message }],
    },
  }) as V1PersistentVolumeClaim;

const STORAGE = { 'f:spec': { 'f:resources': { 'f:requests': { 'f:storage': {} } } } };
const anApp = (size: string, deletionPolicy: 'Retain' | 'Delete' = 'Retain') =>
  aCompleteApp({ spec: { deletionPolicy, database: { managed: { storage: { size } } } } });
const sizeIn = (part: object | undefined): unknown =>
  (part as { spec?: { resources: { requests: { storage: string } } } } | undefined)?.spec?.resources.requests.storage;

describe('the volume', () => {
  it('remembers what it is told to', () => {
    const part = partOfVolume(anApp('2Gi'), aClaim(), { 'interstellar.dev/migrated': 'abc' });
    expect(part?.metadata.annotations).to.deep.equal({ 'interstellar.dev/migrated': 'abc' });
  });

  it('is nothing that the operator writes while it is as large as it shall be, and kept', () => {
    expect(partOfVolume(anApp('2Gi'), aClaim(), {})).to.equal(undefined);
    expect(partOfVolume(anApp('2048Mi'), aClaim(), {})).to.equal(undefined);
  });

  const rows: readonly [title: string, size: string, claim: Claim, is: string | undefined][] = [
    ['grows to what the spec says', '5Gi', {}, '5Gi'],
    ['does not grow before it is bound', '5Gi', { phase: 'Pending' }, undefined],
    ['never shrinks', '1Gi', {}, undefined],
    ['stays what it was told to be', '5Gi', { requested: '5Gi', applied: STORAGE }, '5Gi'],
    ['stays what it was told to be when the spec asks for less', '2Gi', { requested: '5Gi', applied: STORAGE }, '5Gi'],
    ['is left to whoever made it larger', '2Gi', { requested: '9Gi' }, undefined],
  ];
  for (const [title, size, claim, is] of rows) {
    it(title, () => {
      const live = aClaim(claim);
      const part =
        partOfVolume(anApp(size), live, {}, grownTo(anApp(size), live)) ?? partOfVolume(anApp(size), live, {});
      expect(sizeIn(part)).to.equal(is);
    });
  }

  it('has the app for its owner under Delete only, also while it grows', () => {
    const owners = (app: ReturnType<typeof anApp>, claim: Claim = {}) =>
      partOfVolume(app, aClaim(claim), {})?.metadata.ownerReferences?.map(({ name }) => name);
    expect(owners(anApp('2Gi', 'Delete'))).to.deep.equal(['milky-way']);
    expect(owners(anApp('5Gi', 'Delete'))).to.deep.equal(['milky-way']);
    expect(owners(anApp('5Gi'))).to.equal(undefined);
    const letGo = partOfVolume(anApp('2Gi'), aClaim({ applied: { 'f:metadata': {} } }), {});
    expect(letGo?.metadata).to.have.all.keys('name', 'namespace', 'labels');
  });

  it('is released and remembers in a write of its own, which does not grow it', () => {
    expect(sizeIn(partOfVolume(anApp('5Gi', 'Delete'), aClaim(), {}))).to.equal(undefined);
    expect(grownTo(anApp('5Gi'), aClaim())).to.equal('5Gi');
  });

  it('that may not grow is told with the ways out', () => {
    const refusal = new ApiError(403, 'Forbidden', 'the storageclass that provisions the pvc must support resize');
    const told = growthError(refusal, anApp('5Gi'), aClaim());
    expect(told).to.be.instanceOf(TerminalError);
    expect((told as Error).message)
      .to.contain('from 2Gi to 5Gi')
      .and.contain('StorageClass slow')
      .and.contain('allowVolumeExpansion')
      .and.contain('storage.size back');
    const other = new ApiError(403, 'Forbidden', 'exceeded quota');
    expect(growthError(other, anApp('5Gi'), aClaim())).to.equal(other);
  });

  it('that is growing is told, with what is awaited', () => {
    expect(growthOf(undefined)).to.equal('');
    expect(growthOf(aClaim())).to.equal('');
    expect(growthOf(aClaim({ requested: '2Gi', capacity: '2147483648' }))).to.equal('');
    expect(growthOf(aClaim({ requested: '5Gi', capacity: '2Gi' }))).to.equal('; its volume is growing from 2Gi to 5Gi');
    expect(growthOf(aClaim({ requested: '5Gi', capacity: '2Gi', message: 'awaits a restart' }))).to.contain(
      ': awaits a restart',
    );
  });

  it('that is not there yet is told with what it waits for; stalled only where it can never be what the app asks for', () => {
    const app = (storageClassName?: string) =>
      aCompleteApp({ spec: { database: { managed: { storage: { ...(storageClassName && { storageClassName }) } } } } });
    const claim = (spec: V1PersistentVolumeClaimSpec) => ({ metadata: { name: 'data' }, spec });
    expect(pendingOf(app(), claim({}))).to.include({ reason: 'VolumePending' });
    expect(pendingOf(app('fast'), claim({ storageClassName: 'fast' })).reason).to.equal('VolumePending');
    const other = pendingOf(app('fast'), claim({ storageClassName: 'slow' }));
    expect(other.reason).to.equal('VolumeOfOtherClass');
    expect(other.message)
      .to.contain('StorageClass slow')
      .and.contain('asks for StorageClass fast')
      .and.contain('delete pvc data');
    const named = pendingOf(app('fast'), claim({ storageClassName: 'slow', volumeName: 'pv-1' }));
    expect(named.reason).to.equal('VolumePending');
    expect(named.message).to.contain('kubectl describe pv pv-1');
  });
});
