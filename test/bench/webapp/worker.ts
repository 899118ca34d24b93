import { fork } from 'node:child_process';
import type { Shipped } from './shipped.ts';

/** A process that answers one message after another. */
export interface Worker<Task extends object, Result> {
  readonly pid: number;
  run(task: Task): Promise<Result>;
  stop(): void;
}

const TASK_TIMEOUT_MS = 180_000;

export function startWorker<Task extends object, Result>(
  file: string,
  { env, flags }: Shipped = { env: {}, flags: [] },
): Worker<Task, Result> {
  const child = fork(file, [], { execArgv: [...flags], env: { ...process.env, ...env }, serialization: 'advanced' });
  const killOnExit = () => child.kill('SIGKILL');
  process.on('exit', killOnExit);
  let settle: ((outcome: Result | Error) => void) | undefined;
  child.on('message', (message: unknown) => {
    const { failure } = message as { readonly failure?: string };
    settle?.(failure === undefined ? (message as Result) : new Error(failure));
  });
  child.on('exit', () => settle?.(new Error(`${file} ended`)));
  return {
    pid: child.pid ?? 0,
    run: (task) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => settle?.(new Error(`${file} did not answer in time`)), TASK_TIMEOUT_MS);
        settle = (outcome) => {
          clearTimeout(timer);
          settle = undefined;
          if (outcome instanceof Error) reject(outcome);
          else resolve(outcome);
        };
        child.send(task);
      }),
    stop() {
      process.off('exit', killOnExit);
      child.kill('SIGKILL');
    },
  };
}
