import type { V1Job } from '@kubernetes/client-node';
import { LABEL } from '../names.ts';
import { check } from './check/check.ts';
import { migrate } from './migrate/migrate.ts';
import type { Task } from './task.ts';

export const TASKS: readonly Task[] = [migrate, check];

/** The task that a Job is of. */
export const taskOf = ({ metadata }: V1Job): Task | undefined =>
  TASKS.find(({ component }) => component === metadata?.labels?.[LABEL.component]);
