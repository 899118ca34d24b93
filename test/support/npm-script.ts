import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { root } from '../../scripts/cluster/paths.ts';
import { until } from '../../scripts/cluster/run.ts';

/** An npm script that runs, as a person at a terminal has started it. */
export interface RunningScript {
  /** Everything that it has written so far. */
  said(): string;
  /** Waits for a line; rejects when the script ends before. */
  says(words: string | RegExp, times?: number): Promise<void>;
  /** Ctrl-C, which a terminal sends to all of its processes; resolves when the last of them has let go of the terminal. */
  interrupt(): Promise<void>;
}

const SAYS_WITHIN_MS = 180_000;

export function startScript(name: string, env: NodeJS.ProcessEnv, cwd = root): RunningScript {
  const child = spawn('npm', ['run', name], {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  let hasEnded = false;
  const ended = once(child, 'close').then(() => (hasEnded = true));
  const kill = (signal: NodeJS.Signals): void => {
    if (child.pid !== undefined && !hasEnded) process.kill(-child.pid, signal);
  };
  const killOnExit = () => kill('SIGKILL');
  process.on('exit', killOnExit);
  return {
    said: () => output,
    says: (words, times = 1) =>
      until(`npm run ${name} to say ${String(words)}`, SAYS_WITHIN_MS, () => {
        const count = output.split(words).length - 1;
        if (count < times && hasEnded) throw new Error(`npm run ${name} ended; it said:\n${output.slice(-4_000)}`);
        return count >= times;
      }),
    async interrupt() {
      kill('SIGINT');
      const killing = setTimeout(killOnExit, 30_000);
      await ended;
      clearTimeout(killing);
      process.off('exit', killOnExit);
    },
  };
}
