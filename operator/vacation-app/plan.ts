import { isDeepStrictEqual } from 'node:util';
import type { V1Job } from '@kubernetes/client-node';
import { isHibernated, type CompleteApp } from '../api/defaults.ts';
import type { Cluster } from '../runtime/cluster.ts';
import { lastCheck, type DatabaseCheck } from './external-database.ts';
import { factsOf, type Facts, type OperatorDefaults } from './facts.ts';
import { JOB } from './kinds.ts';
import { LABEL } from './names.ts';
import {
  isManagedDatabaseReady,
  jobCondition,
  jobNamed,
  migrationReport,
  observe,
  reportOf,
  type Observed,
} from './observe.ts';
import type { OwnSecrets } from './own-secrets.ts';
import { isAsleep, isSizeOurs } from './replicas.ts';
import { desiredObjects, type Desired, type Step } from './resources/index.ts';

/** What is wanted for an app at this moment, and what it was computed from. */
export interface Plan {
  readonly observed: Observed;
  readonly facts: Facts;
  readonly desired: readonly Desired[];
  /** The migration that the wanted web pods need. */
  readonly migration: string;
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
export function createPlanner(app: CompleteApp, own: OwnSecrets, { cluster, defaults, now }: Planning): () => Plan {
  const objectsOf = remembering((facts: Facts) => desiredObjects(app, facts));
  let last: Plan | undefined;
  return () => {
    const observed = observe(app, cluster, own);
    if (last && isSame(last.observed, observed)) return last;
    const kept = factsOf(app, observed, defaults, now());
    const objects = objectsOf(kept);
    const jobOf = (component: string): V1Job | undefined =>
      objects.find(({ kind, object }) => kind === JOB && object.metadata.labels?.[LABEL.component] === component)
        ?.object;
    const migration = jobOf('migration')?.metadata?.name ?? '';
    const wantedCheck = jobOf('check');
    const check = lastCheck(observed, wantedCheck);
    const { databaseVersion } = reportOf(check?.said ?? {});
    const facts = {
      ...kept,
      ...migrationReport(observed, migration),
      ...(databaseVersion === undefined ? {} : { databaseVersion }),
    };
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

/** The function, with what it made of the last two that it was given: facts are looked at without what reports say, then with it. */
function remembering<T, U>(compute: (given: T) => U): (given: T) => U {
  let known: readonly { readonly given: T; readonly result: U }[] = [];
  return (given) => {
    const one = known.find((each) => isDeepStrictEqual(each.given, given)) ?? { given, result: compute(given) };
    known = [one, ...known.filter((each) => each !== one)].slice(0, 2);
    return one.result;
  };
}

/** Whether what the step waits for is there. */
export function isDue(step: Step, app: CompleteApp, plan: Plan): boolean {
  const { observed, migration } = plan;
  const { deployment } = observed;
  switch (step) {
    case 'base':
    case 'database':
      return true;
    case 'schema':
      return !isHibernated(app) && isDatabaseReady(app, plan);
    case 'web':
      if (isHibernated(app)) return true;
      // Pods that run stay as they are wanted while the database is away; those that sleep need not wake before it.
      if (isAsleep(deployment) && !isDatabaseReady(app, plan)) return false;
      return jobCondition(jobNamed(observed, migration), 'Complete');
    case 'autoscaling':
      return deployment !== undefined && !isSizeOurs(deployment);
    case 'exposure':
      return deployment !== undefined;
  }
}

const isDatabaseReady = (app: CompleteApp, { observed, check }: Plan): boolean =>
  app.spec.database.external ? check?.isFit === true : isManagedDatabaseReady(observed);
