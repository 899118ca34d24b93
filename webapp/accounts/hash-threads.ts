import { readdirSync, readFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/**
 * Has the threads that hash give way to the one that answers, so that a page does not wait for passwords of others where there are
 * fewer processors than work. They do little else, and exist once anything was hashed. Linux only: elsewhere they are left alone.
 */
export function hashThreadsGiveWay(): void {
  if (process.platform !== 'linux') return;
  for (const thread of threads()) {
    try {
      // to Linux each thread has a priority of its own
      if (readFileSync(`${TASKS}/${thread}/comm`, 'utf8').startsWith('libuv-worker')) setPriority(Number(thread), NICE);
    } catch {
      // a thread that ended meanwhile, or a sandbox that knows no priorities: all works without
    }
  }
}

function threads(): readonly string[] {
  try {
    return readdirSync(TASKS);
  } catch {
    // no /proc, or not for this process
    return [];
  }
}

const TASKS = '/proc/self/task';
/** A tenth of the weight: enough that those who wait for a log-in still get their turn when pages take all there is. */
const NICE = 10;
