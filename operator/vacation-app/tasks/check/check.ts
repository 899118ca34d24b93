import type { CompleteApp } from '../../../api/defaults.ts';
import type { Facts } from '../../facts.ts';
import type { Observed } from '../../observe.ts';
import type { Task } from '../task.ts';
import { checkContent, checkJob } from './check-job.ts';
import { CHECK, contentOf, hasEnded, newestEnded, nextCheckAt, type DatabaseCheck } from './checks.ts';

/** Checks that a database of somebody else's can be used. Its results are for the kind of database. */
export const check: Task = {
  name: CHECK,
  component: CHECK,
  step: 'check',
  build: checkJob,
  // The Job of a check that has ended may be gone.
  isWanted: ({ observed }, job) => !hasEnded(observed, job),
  nextLook: ({ app, facts, observed }) => (checkContent(app, facts) === undefined ? undefined : nextCheckAt(observed)),
  // When the spec asks for another check, or the next one has ended.
  isSpent: (job, { app, facts, observed }, isDesired) => {
    if (isDesired) return false;
    const next = checkJob(app, facts)?.metadata?.name ?? '';
    return contentOf(job) !== checkContent(app, facts) || hasEnded(observed, next);
  },
};

/** What the last check found of the database that is declared now; undefined where none has ended. */
export function lastCheck(
  app: CompleteApp,
  facts: Pick<Facts, 'web' | 'credentialsHash'>,
  observed: Pick<Observed, 'jobs' | 'pods' | 'configMap'>,
): DatabaseCheck | undefined {
  const content = checkContent(app, facts);
  return content === undefined ? undefined : newestEnded(observed, content);
}
