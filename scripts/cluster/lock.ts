import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { once } from 'node:events';
import { succeeds, which } from './run.ts';

const WAIT_SECONDS = 45 * 60;

/**
 * Runs the work while no other process holds the lock. A kernel lock: it goes with the process that held it, however that
 * ended, so no lock is ever stale. Without flock (macOS) there is no lock, and nothing there is shared but Docker's own state.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  if (which('flock') === undefined) return work();
  mkdirSync(dirname(path), { recursive: true });
  if (!(await succeeds('flock', ['--nonblock', path, 'true']))) {
    const holder = await readFile(path, 'utf8').catch(() => '');
    console.error(
      `Waiting for another run${holder === '' ? '' : ` (process ${holder.trim()})`} that is doing the same ...`,
    );
  }
  // the lock lives as long as `cat`, and cat ends when this process closes its end of the pipe, or dies
  const holder = spawn('flock', ['--wait', String(WAIT_SECONDS), path, 'sh', '-c', 'echo locked; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(holder, 'exit');
  try {
    const locked = await Promise.race([once(holder.stdout, 'data').then(() => true), exited.then(() => false)]);
    if (!locked) throw new Error(`another run has held ${path} for ${WAIT_SECONDS / 60} minutes`);
    await writeFile(path, `${process.pid}\n`);
    return await work();
  } finally {
    holder.stdin.end();
    await exited;
  }
}
