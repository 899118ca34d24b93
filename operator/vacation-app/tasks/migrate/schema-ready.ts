import { findingOf, type Finding } from '../../../api/conditions.ts';
import { messageOf, REASON } from '../../../api/reasons.ts';
import { CONDITION } from '../../../api/vacation-app.ts';
import { notMade } from '../../status/not-made.ts';
import { jobHasNoPod } from '../../podless.ts';
import type { StatusInput } from '../../status/status.ts';
import { jobCondition, jobNamed } from '../jobs.ts';
import { jobTrouble } from '../job-trouble.ts';

/** `SchemaReady`. */
export function schemaReady({ observed, facts, migration, waits, failure }: StatusInput): Finding {
  const is = (status: boolean, reason: string, message: string): Finding =>
    findingOf(CONDITION.schemaReady, status, reason, message);
  const { name, isDone } = migration;
  if (isDone) return is(true, REASON.migrated, messageOf(REASON.migrated, { version: facts.schemaVersion }));
  const job = jobNamed(observed, name);
  if (jobCondition(job, 'Failed')) {
    return is(false, REASON.migrationFailed, messageOf(REASON.migrationFailed, { job: name }));
  }
  if (!job && waits.schema !== undefined) {
    const message = messageOf(REASON.waitingForDatabase, { who: 'The migration waits' });
    return is(false, REASON.waitingForDatabase, message);
  }
  if (!job) return notMade(CONDITION.schemaReady, REASON.migrationRunning, `Job ${name}`, failure);
  const trouble = jobTrouble(observed, job);
  if (trouble) return is(false, trouble.reason, trouble.message);
  const parts = { job: name, hasNoPod: jobHasNoPod(observed, job) };
  return is(false, REASON.migrationRunning, messageOf(REASON.migrationRunning, parts));
}
