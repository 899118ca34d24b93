import type { V1StatefulSet } from '@kubernetes/client-node';
import { expect } from 'chai';
import { pinAnnotations } from '../../../../../operator/vacation-app/pins.ts';
import type { Migration } from '../../../../../operator/vacation-app/tasks/migrate/migration.ts';
import { volumeRecordOf } from '../../../../../operator/vacation-app/database/managed/volume-record.ts';
import { aCompleteApp, aMysqlPod, aStatefulSet, aVolumeClaim } from '../../../../support/vacation-app.ts';

const done: Migration = { name: 'abc', isDone: true, isRemembered: false };
const reported = { schemaVersion: '7', databaseVersion: '8.4.1' };
const of = (image: string) => pinAnnotations({ image, revision: 2, update: 'monday' });

const aClaim = (annotations: Record<string, string> = {}) => ({ ...aVolumeClaim(), metadata: { annotations } });

/** `runs` is the image of its pods, `image` that of its annotation. */
const aDatabase = (image: string, runs = image): V1StatefulSet => {
  const { metadata, spec, status } = aStatefulSet();
  const template = { ...spec?.template, spec: { containers: [{ name: 'mysql', image: runs }] } };
  return {
    metadata: { ...metadata, annotations: of(image) },
    spec: { selector: {}, serviceName: '', ...spec, template },
    ...(status ? { status } : {}),
  };
};

const running = { state: { running: {} } };

describe('what a volume remembers', () => {
  const world = { volumeClaim: aClaim(), statefulSet: aDatabase('mysql:1'), pods: [aMysqlPod('a', running)] };
  const all = { 'interstellar.dev/owner-uid': 'uid-of-the-app', ...of('mysql:1') };

  it('is nothing before there is anything on it', () => {
    expect(volumeRecordOf(aCompleteApp(), world, { ...done, isDone: false }, reported)).to.deep.equal({});
  });

  it('is whose it is, what wrote it, and which migration was done', () => {
    expect(volumeRecordOf(aCompleteApp(), world, done, reported)).to.deep.equal({
      ...all,
      'interstellar.dev/migrated': 'abc',
      'interstellar.dev/schema-version': '7',
      'interstellar.dev/database-version': '8.4.1',
    });
  });

  for (const [title, pod] of [
    ['its image cannot be pulled', aMysqlPod('a', { state: { waiting: { reason: 'ImagePullBackOff' } } })],
    ['only the pod of an earlier template has run', aMysqlPod('before', running)],
  ] as const) {
    it(`is not what MySQL shall run as long as ${title}`, () => {
      const volumeClaim = aClaim(of('mysql:0'));
      const record = volumeRecordOf(aCompleteApp(), { ...world, volumeClaim, pods: [pod] }, done, {
        schemaVersion: undefined,
        databaseVersion: undefined,
      });
      expect(record).to.include(of('mysql:0'));
    });
  }

  it('is not what somebody wrote into the annotation of the StatefulSet', () => {
    const statefulSet = aDatabase('evil:1', 'mysql:1');
    const volumeClaim = aClaim(of('mysql:1'));
    expect(volumeRecordOf(aCompleteApp(), { ...world, volumeClaim, statefulSet }, done, reported)).to.include(
      of('mysql:1'),
    );
  });

  it('is what MySQL runs, also where it crashes', () => {
    const crashing = aMysqlPod('a', {
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 0 } },
    });
    const volumeClaim = aClaim(of('mysql:0'));
    expect(volumeRecordOf(aCompleteApp(), { ...world, volumeClaim, pods: [crashing] }, done, reported)).to.include(
      of('mysql:1'),
    );
  });

  it('is what the StatefulSet shall run where it sleeps, and an operator that remembered nothing put it to sleep', () => {
    const asleep = { ...world, pods: [] };
    expect(volumeRecordOf(aCompleteApp(), asleep, done, reported)).to.include(of('mysql:1'));
    expect(
      volumeRecordOf(aCompleteApp(), { ...asleep, volumeClaim: aClaim(of('mysql:0')) }, done, reported),
    ).to.include(of('mysql:0'));
  });

  it('stays while nothing runs', () => {
    const before = { ...all, 'interstellar.dev/migrated': 'abc', 'interstellar.dev/schema-version': '7' };
    const asleep = { volumeClaim: aClaim({ ...before, 'of.somebody/else': 'x' }), statefulSet: undefined, pods: [] };
    const unknown = { schemaVersion: undefined, databaseVersion: undefined };
    expect(volumeRecordOf(aCompleteApp(), asleep, { ...done, isDone: false }, unknown)).to.deep.equal(before);
  });
});
