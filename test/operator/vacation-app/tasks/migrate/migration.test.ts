import type { V1Job } from '@kubernetes/client-node';
import { expect } from 'chai';
import { databaseKindOf } from '../../../../../operator/vacation-app/database/database.ts';
import type { DatabaseCheck } from '../../../../../operator/vacation-app/tasks/check/checks.ts';
import { migrationOf } from '../../../../../operator/vacation-app/tasks/migrate/migration.ts';
import { migrationContent, nameOfMigration } from '../../../../../operator/vacation-app/tasks/migrate/migration-job.ts';
import { aCompleteApp, aJob, aServingWorld, aVolumeClaim, someFacts } from '../../../../support/vacation-app.ts';

const external = { host: 'db.example.com', name: 'travel', credentialsSecretName: 'login' };
const managed = aCompleteApp();
const elsewhere = aCompleteApp({ spec: { database: { external } } });
const { web } = someFacts();

interface World {
  readonly uid?: string;
  readonly created?: string;
  readonly remembers?: string;
  readonly jobs?: readonly V1Job[];
  readonly check?: DatabaseCheck;
}

const aCheck = (schema: string, at = 0): DatabaseCheck => ({
  ...{ job: 'milky-way-check-1', content: 'c', isFit: true, at },
  report: { schema },
});

function migrationIn(
  { uid = 'volume-1', created = '2026-03-01T09:00:00Z', remembers, jobs = [], check }: World,
  app = managed,
) {
  const annotations = remembers === undefined ? {} : { 'interstellar.dev/migrated': remembers };
  const claim = aVolumeClaim();
  const volumeClaim = {
    ...claim,
    metadata: { ...claim.metadata, uid, creationTimestamp: created as unknown as Date, annotations },
  };
  const observed = aServingWorld({ volumeClaim, jobs: [...jobs], configMap: { metadata: { annotations } } });
  return migrationOf(app, { web }, databaseKindOf(app).stateOf(app, observed, check), observed);
}

/** A Job that has completed, of that whole name. */
function completed(name: string, at = '2026-03-01T10:00:00Z'): V1Job {
  const job = aJob('Complete', at);
  return { ...job, metadata: { ...job.metadata, name } };
}

describe('the migration of a managed database', () => {
  const { name } = migrationIn({});
  const unbound = nameOfMigration(managed, migrationContent(managed, web), undefined);

  it('is done once its Job has completed, and is to be remembered by the volume', () => {
    expect(migrationIn({})).to.include({ isDone: false, isRemembered: false });
    expect(migrationIn({ jobs: [completed(name)] })).to.deep.equal({ name, isDone: true, isRemembered: false });
  });

  it('stays done while the volume remembers it, whether its Job is there or not', () => {
    expect(migrationIn({ remembers: name })).to.include({ isDone: true, isRemembered: true });
    expect(migrationIn({ remembers: 'of another image' })).to.include({ isDone: false });
  });

  it('is another one on another volume: what was done on a lost one does not count', () => {
    const anew = migrationIn({ uid: 'volume-2', jobs: [completed(name)] });
    expect(anew).to.include({ isDone: false, isRemembered: false });
    expect(migrationIn({ uid: 'volume-2', remembers: name }), 'annotations that were copied').to.include({
      isDone: false,
    });
    expect(anew.name).to.not.equal(name);
  });

  it('is not done of a volume that is not known', () => {
    const observed = aServingWorld({ volumeClaim: undefined, jobs: [completed(unbound)] });
    const state = databaseKindOf(managed).stateOf(managed, observed, undefined);
    expect(migrationOf(managed, { web }, state, observed)).to.include({ isDone: false });
  });

  it('is done by a Job that an earlier operator named, if the volume was there when it ended', () => {
    const jobs = [completed(unbound)];
    expect(migrationIn({ jobs })).to.include({ isDone: true, isRemembered: false });
    expect(migrationIn({ jobs, created: '2026-03-01T10:00:01Z' })).to.include({ isDone: false });
  });
});

describe('the migration of an external database', () => {
  it('is done where the last check found the schema current', () => {
    expect(migrationIn({ check: aCheck('current') }, elsewhere)).to.include({ isDone: true });
  });

  it('is done anew for each check that finds the schema missing or outdated', () => {
    const first = migrationIn({ check: aCheck('outdated') }, elsewhere);
    expect(first).to.include({ isDone: false });
    const jobs = [completed(first.name)];
    expect(migrationIn({ jobs, check: aCheck('outdated') }, elsewhere)).to.include({
      isDone: true,
      isRemembered: false,
    });
    expect(migrationIn({ remembers: first.name, check: aCheck('outdated') }, elsewhere)).to.include({ isDone: true });
    const later = aCheck('outdated', 600_000);
    expect(migrationIn({ jobs, remembers: first.name, check: later }, elsewhere)).to.include({ isDone: false });
  });

  it('is done once where checks say nothing of the schema, as those of earlier images', () => {
    const silent = { ...aCheck(''), report: { databaseVersion: '8.4.1' } };
    const { name } = migrationIn({ check: silent }, elsewhere);
    expect(migrationIn({ check: silent, jobs: [completed(name)] }, elsewhere)).to.include({ isDone: true });
    expect(migrationIn({ check: silent, remembers: name }, elsewhere), 'nor after one that said so').to.include({
      isDone: true,
    });
  });
});
