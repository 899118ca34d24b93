import type { CompleteApp } from '../api/defaults.ts';
import type { Cluster } from '../runtime/apply/cluster.ts';
import type { Desired } from './children/child.ts';
import { desiredObjects } from './children/children.ts';
import { databaseKindOf } from './database/database.ts';
import type { DatabaseState } from './database/database-kind.ts';
import { factsOf, type Facts, type OperatorDefaults } from './facts.ts';
import { observe, type Asked, type Observed } from './observe.ts';
import { lastCheck } from './tasks/check/check.ts';
import { checkAfter, type DatabaseCheck } from './tasks/check/checks.ts';
import { migrationOf, type Migration } from './tasks/migrate/migration.ts';

/** The desired objects of an app, and what they were computed from. */
export interface Plan {
  readonly app: CompleteApp;
  readonly observed: Observed;
  /** The result of the last check, for a database that is checked. */
  readonly check: DatabaseCheck | undefined;
  readonly database: DatabaseState;
  /** The migration that the wanted web pods need. */
  readonly migration: Migration;
  readonly facts: Facts;
  readonly desired: readonly Desired[];
}

export interface Planning {
  readonly cluster: Cluster;
  readonly defaults: OperatorDefaults;
  readonly now: () => Date;
}

/** Computes the plan. The objects depend on the migration, so the migration is computed first. */
export function planOf(app: CompleteApp, observed: Observed, defaults: OperatorDefaults, now: Date): Plan {
  const kind = databaseKindOf(app);
  const childFacts = factsOf(app, observed, defaults);
  const check = lastCheck(app, childFacts, observed);
  const database = kind.stateOf(app, observed, check);
  const migration = migrationOf(app, childFacts, database, observed);
  const facts = {
    ...childFacts,
    database: database.identity,
    checkAfter: checkAfter(observed, now),
    ...kind.factsOf(observed, migration, check),
  };
  return { app, observed, check, database, migration, facts, desired: desiredObjects(app, facts) };
}

/**
 * Returns a function that returns the current plan. It computes a new plan only if an observed object has changed: a reconcile calls it in each
 * step, and computing the plan takes most of its time.
 */
export function createPlanner(app: CompleteApp, asked: Asked, { cluster, defaults, now }: Planning): () => Plan {
  let last: Plan | undefined;
  return () => {
    const observed = observe(app, cluster, asked);
    if (last && isSame(last.observed, observed)) return last;
    const plan = planOf(app, observed, defaults, now());
    const desired = plan.desired.filter(({ kind }) => cluster.store(kind).isServed);
    last = { ...plan, desired };
    return last;
  };
}

/** Compares objects by identity: a store replaces an object when it changes. */
const isSame = (one: Observed, other: Observed): boolean =>
  Object.entries(one).every(([name, value]: [string, unknown]) => isSameIn(value, other[name as keyof Observed]));

const isSameIn = (one: unknown, other: unknown): boolean =>
  Array.isArray(one) && Array.isArray(other)
    ? one.length === other.length && one.every((item, index) => item === other[index])
    : one === other;
