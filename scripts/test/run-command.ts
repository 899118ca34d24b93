import { spawn } from 'node:child_process';
import process from 'node:process';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  /** Collects what is printed instead of showing it at once, for commands that run side by side. */
  readonly quiet?: boolean;
}

export interface CommandResult {
  /** undefined: it went well; else why not. */
  readonly failure: string | undefined;
  readonly output: string;
}

const KILL_AFTER_MS = 20_000;
const running = new Set<number>();

/**
 * Runs a command in a process group of its own. After the time-out the group is asked to end, and killed if it does
 * not: nothing that it started stays.
 */
export function runCommand(file: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const { timeoutMs, quiet = false, ...where } = options;
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      ...where,
      detached: true,
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    });
    const group = child.pid;
    const chunks: Buffer[] = [];
    let timedOut = false;
    const settle = (failure: string | undefined) => {
      clearTimeout(deadline);
      if (group !== undefined) {
        running.delete(group);
        signalGroup(group, 'SIGKILL');
      }
      resolve({ failure, output: Buffer.concat(chunks).toString() });
    };
    const deadline = setTimeout(() => {
      timedOut = true;
      if (group !== undefined) endGroup(group);
    }, timeoutMs);

    if (group !== undefined) running.add(group);
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', (error) => settle(error.message));
    child.once('close', (code, signal) => {
      if (timedOut) settle(`not done within ${timeoutMs / 1000} s`);
      else settle(code === 0 ? undefined : `ended with ${signal ?? `code ${code ?? 'unknown'}`}`);
    });
  });
}

/** Ends what still runs, for when this process itself is told to end. */
export function endRunningCommands(): void {
  for (const group of running) endGroup(group);
}

function endGroup(group: number): void {
  signalGroup(group, 'SIGTERM');
  setTimeout(() => signalGroup(group, 'SIGKILL'), KILL_AFTER_MS).unref();
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
