import { isHibernated } from '../../api/defaults.ts';
import type { Plan } from '../plan.ts';
import { TASKS } from '../tasks/tasks.ts';
import { isAsleep, isSizeOurs } from '../web/replicas.ts';
import type { Step } from './child.ts';

export interface StepRule {
  readonly step: Step;
  /** What the step waits for, as a sentence names it; undefined when it is due. */
  readonly waitsFor: (plan: Plan) => string | undefined;
}

export const DATABASE = 'the database';
const WEB_PODS = 'the web pods';

/** The steps in which children are applied, in order. */
export const STEPS: readonly StepRule[] = [
  { step: 'base', waitsFor: () => undefined },
  { step: 'check', waitsFor: () => undefined },
  { step: 'schema', waitsFor: unreadyDatabase },
  { step: 'web', waitsFor: whatWebPodsNeed },
  { step: 'autoscaling', waitsFor: unscalableWeb },
  { step: 'exposure', waitsFor: ({ observed }) => (observed.deployment ? undefined : WEB_PODS) },
];

/** What each step waits for now; nothing of a step that is due. */
export type Waits = Readonly<Partial<Record<Step, string>>>;

export const waitsOf = (plan: Plan): Waits =>
  Object.fromEntries(
    STEPS.flatMap(({ step, waitsFor }) => {
      const what = waitsFor(plan);
      return what === undefined ? [] : [[step, what]];
    }),
  );

function unreadyDatabase({ database }: Plan): string | undefined {
  return database.isKnown && database.isReady ? undefined : DATABASE;
}

function whatWebPodsNeed(plan: Plan): string | undefined {
  const { app, database, observed } = plan;
  if (isHibernated(app)) return undefined;
  // Pods that run stay as they are wanted while the database is away; there is no need to start any before it.
  const isStart = observed.deployment === undefined || isAsleep(observed.deployment);
  if (isStart && !database.isReady) return DATABASE;
  return TASKS.find(({ gate }) => gate?.isDone(plan) === false)?.gate?.result;
}

/** An autoscaler may not be there before the number of web pods is its to write. */
function unscalableWeb({ observed: { deployment } }: Plan): string | undefined {
  if (deployment === undefined) return WEB_PODS;
  return isSizeOurs(deployment) ? 'the handover of the number of web pods' : undefined;
}
