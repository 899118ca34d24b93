import { isDeepStrictEqual } from 'node:util';
import type { V1Job } from '@kubernetes/client-node';
import { isHibernated, type CompleteApp } from '../api/defaults.ts';
import type { Cluster } from '../runtime/apply/cluster.ts';
import { databaseFacts } from './database/database-facts.ts';
import { lastCheck, type DatabaseCheck } from './database/external/external-database.ts';
import { factsOf, type Facts, type OperatorDefaults } from './facts.ts';
import { databaseOf, migrationOf, type Migration } from './tasks/migrate/migration.ts';
import { isManagedDatabaseReady, observe, type Observed } from './observe.ts';
import type { UserSecrets } from './credentials/user-secrets.ts';
import { isAsleep, isSizeOurs } from './web/replicas.ts';
import { checkJob } from './tasks/check/check-job.ts';
import { desiredObjects, type Desired, type Step } from './children/children.ts';

/** What is wanted for an app at this moment, and what it was computed from. */
export interface Plan {
  readonly observed: Observed;
  readonly facts: Facts;
  readonly desired: readonly Desired[];
  /** The migration that the wanted web pods need. */
  readonly migration: Migration;
  /** The check of an external database that is wanted, and what the last one found. */
  readonly wantedCheck: V1Job | undefined;
  readonly check: DatabaseCheck | undefined;
}

export interface Planning {
  readonly cluster: Cluster;
  readonly defaults: OperatorDefaults;
  readonly now: () => Date;
}

/** What is wanted now, as often as it is asked: computed anew only when a child has changed, and objects only when the facts have. */
export function createPlanner(app: CompleteApp, userSecrets: UserSecrets, { cluster, defaults, now }: Planning): () => Plan {
  const objectsOf = remembering((facts: Facts) => desiredObjects(app, facts));
  let last: Plan | undefined;
  return () => {
    const observed = observe(app, cluster, userSecrets);
    if (last && isSame(last.observed, observed)) return last;
    const known = factsOf(app, observed, defaults, now());
    const wantedCheck = checkJob(app, known);
    const check = lastCheck(observed, wantedCheck);
    const database = databaseOf(app, observed, check);
    const migration = migrationOf(app, { ...known, database }, observed, check);
    const facts = { ...known, database, ...databaseFacts(app, observed, migration, check) };
    const desired = objectsOf(facts).filter(({ kind }) => cluster.store(kind).isServed);
    last = { observed, facts, desired, migration, wantedCheck, check };
    return last;
  };
}

/** Whether the very same objects were observed. */
const isSame = (one: Observed, other: Observed): boolean =>
  Object.entries(one).every(([name, value]: [string, unknown]) => isSameIn(value, other[name as keyof Observed]));

const isSameIn = (one: unknown, other: unknown): boolean =>
  Array.isArray(one) && Array.isArray(other)
    ? one.length === other.length && one.every((item, index) => item === other[index])
    : one === other;

/** The function, which does not compute anew what it computed last. */
function remembering<T, U>(compute: (given: T) => U): (given: T) => U {
  let known: { readonly given: T; readonly result: U } | undefined;
  return (given) => {
    if (!known || !isDeepStrictEqual(known.given, given)) known = { given, result: compute(given) };
    return known.result;
  };
}

/** Whether what the step waits for is there. */
export function isDue(step: Step, app: CompleteApp, plan: Plan): boolean {
  const { migration } = plan;
  const { deployment } = plan.observed;
  switch (step) {
    case 'base':
    case 'database':
      return true;
    case 'schema':
      return !isHibernated(app) && !migration.isDone && isDatabaseKnown(app, plan) && isDatabaseReady(app, plan);
    case 'web':
      if (isHibernated(app)) return true;
      // Pods that run stay as they are wanted while the database is away; there is no need to start any before it.
      if ((deployment === undefined || isAsleep(deployment)) && !isDatabaseReady(app, plan)) return false;
      return migration.isDone;
    case 'autoscaling':
      return deployment !== undefined && !isSizeOurs(deployment);
    case 'exposure':
      return deployment !== undefined;
  }
}

/** The watch of claims may lag behind that of StatefulSets: a migration must know which volume it is of. */
const isDatabaseKnown = (app: CompleteApp, { facts }: Plan): boolean =>
  app.spec.database.external !== undefined || facts.database !== undefined;

const isDatabaseReady = (app: CompleteApp, { observed, check }: Plan): boolean =>
  app.spec.database.external ? check?.isFit === true : isManagedDatabaseReady(observed);
