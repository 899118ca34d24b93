import { findingOf, type Finding } from '../../../api/conditions.ts';
import { REASON } from '../../../api/reasons.ts';
import { CONDITION } from '../../../api/vacation-app.ts';
import { podTrouble } from '../../status/pod-trouble.ts';
import type { StatusInput } from '../../status/status.ts';
import { jobCondition, jobNamed, podsOfJob } from '../jobs.ts';

/** `SchemaReady`. */
export function schemaReady({ observed, facts, migration }: StatusInput): Finding {
  const is = (status: boolean, reason: string, message: string): Finding =>
    findingOf(CONDITION.schemaReady, status, reason, message);
  const { name, isDone } = migration;
  if (isDone) {
    const version = facts.schemaVersion === undefined ? '' : `, version ${facts.schemaVersion}`;
    return is(true, REASON.migrated, `The schema is as the web pods need it${version}`);
  }
  const job = jobNamed(observed, name);
  if (jobCondition(job, 'Failed')) {
    return is(
      false,
      REASON.migrationFailed,
      `Job ${name} has failed; kubectl logs job/${name} tells why; it is tried again every five minutes`,
    );
  }
  if (!job) return is(false, REASON.waitingForDatabase, 'The migration waits for the database');
  const trouble = podTrouble(podsOfJob(observed, name));
  return trouble
    ? is(false, trouble.reason, trouble.message)
    : is(false, REASON.migrationRunning, `Job ${name} is running`);
}
