import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  readonly timeoutMs?: number;
  /** Called with each line of stdout and stderr as it comes. */
  readonly onLine?: (line: string) => void;
}

const KEPT_LINES = 40;

/** Runs a command to its end; resolves to its stdout, rejects with the last lines it wrote. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...withSystemPath(process.env), ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      timeout: options.timeoutMs ?? 0,
      killSignal: 'SIGKILL',
    });
    const chunks: Buffer[] = [];
    const tail: string[] = [];
    const keep = (line: string) => {
      tail.push(line);
      if (tail.length > KEPT_LINES) tail.shift();
      options.onLine?.(line);
    };
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    createInterface({ input: child.stdout }).on('line', keep);
    createInterface({ input: child.stderr }).on('line', keep);
    child.stdin.on('error', () => undefined); // a command that ends without reading its input is judged by its exit code
    child.stdin.end(options.input);
    child.on('error', (cause) => reject(new Error(`cannot run ${command}: ${cause.message}`, { cause })));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(Buffer.concat(chunks).toString());
      else
        reject(
          new Error(
            `${command} ${args[0] ?? ''} ended with ${signal ?? `exit code ${code ?? '?'}`}\n${tail.join('\n')}`,
          ),
        );
    });
  });
}

/** Like run, for a command whose failure is an answer. */
export async function succeeds(command: string, args: readonly string[], options: RunOptions = {}): Promise<boolean> {
  return run(command, args, options).then(
    () => true,
    () => false,
  );
}

/**
 * A command line for spawn() whose process is killed by the kernel when the one that spawned it ends, however that ends; with a
 * uid, it runs as that user. It stays the same process all along. Only Linux has this; elsewhere it is the plain command.
 */
export function boundToThis(command: string, args: readonly string[], uid?: number): [string, string[]] {
  if (which('setpriv') === undefined) return [command, [...args]];
  const user = uid === undefined ? [] : [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  return ['setpriv', ['--pdeathsig=KILL', ...user, '--', command, ...args]];
}

/** The path of a command, or undefined; also looks where the system's own tools are, which is not on every user's PATH. */
export function which(command: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = withSystemPath(env).PATH?.split(':') ?? [];
  return folders.map((folder) => join(folder, command)).find((path) => existsSync(path));
}

function withSystemPath(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, PATH: `${env.PATH ?? ''}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin` };
}

/** Waits until a condition holds; looking costs little, so it looks often. */
export async function until(
  what: string,
  timeoutMs: number,
  holds: () => boolean | Promise<boolean>,
  intervalMs = 50,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline)
      throw new Error(`gave up after ${Math.round(timeoutMs / 1000)} s waiting for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
