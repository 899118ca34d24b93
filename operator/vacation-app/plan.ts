import { isHibernated, type CompleteApp } from '../api/defaults.ts';
import type { Cluster } from '../runtime/cluster.ts';
import { factsOf, type Facts, type OperatorDefaults } from './facts.ts';
import { JOB } from './kinds.ts';
import { isDatabaseReady, jobCondition, jobNamed, migrationReport, observe, type Observed } from './observe.ts';
import { isAsleep, isSizeOurs } from './replicas.ts';
import { desiredObjects, type Desired, type Step } from './resources/index.ts';

/** What is wanted for an app at this moment, and what it was computed from. */
export interface Plan {
  readonly observed: Observed;
  readonly facts: Facts;
  readonly desired: readonly Desired[];
  /** The migration that the wanted web pods need. */
  readonly migration: string;
}

export function planOf(app: CompleteApp, cluster: Cluster, defaults: OperatorDefaults): Plan {
  const observed = observe(app, cluster);
  const kept = factsOf(app, observed, defaults);
  const migration = desiredObjects(app, kept).find(({ kind }) => kind === JOB)?.object.metadata.name ?? '';
  const facts = { ...kept, ...migrationReport(observed, migration) };
  const desired = desiredObjects(app, facts).filter(({ kind }) => cluster.store(kind).isServed);
  return { observed, facts, desired, migration };
}

/** Whether what the step waits for is there. */
export function isDue(step: Step, app: CompleteApp, { observed, migration }: Plan): boolean {
  const { deployment } = observed;
  switch (step) {
    case 'base':
      return true;
    case 'schema':
      return !isHibernated(app) && isDatabaseReady(observed);
    case 'web':
      if (isHibernated(app)) return true;
      // Pods that run stay as they are wanted while the database is away; those that sleep need not wake before it.
      if (isAsleep(deployment) && !isDatabaseReady(observed)) return false;
      return jobCondition(jobNamed(observed, migration), 'Complete');
    case 'autoscaling':
      return deployment !== undefined && !isSizeOurs(deployment);
    case 'exposure':
      return deployment !== undefined;
  }
}
