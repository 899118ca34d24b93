import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from '../cluster/paths.ts';
import type { LoadOptions, LoadResult } from '../support/load.ts';
import { world } from './world.ts';

export interface LoadProcess {
  readonly started: number;
  /** Ends the load and resolves to what came of it. */
  stop(): Promise<LoadResult>;
}

/** Starts a load generator as a process of its own, near the node where the cluster lets us in. */
export function startLoad(options: LoadOptions): LoadProcess {
  const generator = [process.execPath, join(root, 'test', 'support', 'load-generator.ts'), JSON.stringify(options)];
  const [file = '', ...args] = [...world().loadGenerator.prefix, ...generator];
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return {
    started: performance.now(),
    stop: async () => {
      child.stdin.end();
      await exited;
      if (output === '') throw new Error('the load generator ended without a result');
      return JSON.parse(output) as LoadResult;
    },
  };
}
