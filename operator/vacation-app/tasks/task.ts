import type { V1Job } from '@kubernetes/client-node';
import type { Finding } from '../../api/conditions.ts';
import type { CompleteApp } from '../../api/defaults.ts';
import type { Step } from '../children/child.ts';
import type { Facts } from '../facts.ts';
import type { Plan } from '../plan.ts';
import type { StatusInput } from '../status/status.ts';

/** Something that is done once, by a Job. A Job cannot change: its name says what it is for, and other work is another Job. */
export interface Task {
  /** Of the container, and in the names of the Jobs. */
  readonly name: string;
  /** The label of the Jobs and their pods. */
  readonly component: string;
  readonly step: Step;
  /** The Job that does what the app needs now; undefined where there is nothing to do. */
  readonly build: (app: CompleteApp, facts: Facts) => V1Job | undefined;
  /** Whether that Job is to be made where it is not there: its work may be done already. */
  readonly isWanted: (plan: Plan, job: string) => boolean;
  /** When to look again, in milliseconds since the epoch; undefined where an event will tell. */
  readonly nextLook: (plan: Plan) => number | undefined;
  /** Whether a Job has served its purpose and is to go. `isDesired`: it is the one that the app needs now. */
  readonly isSpent: (job: V1Job, plan: Plan, isDesired: boolean, now: Date) => boolean;
  /** Of a task without which no web pod starts. */
  readonly gate?: TaskGate;
}

export interface TaskGate {
  /** What the web pods wait for, as a sentence names it. */
  readonly result: string;
  readonly isDone: (plan: Plan) => boolean;
  /** The condition that says how far it is. */
  readonly finding: (input: StatusInput) => Finding;
}
