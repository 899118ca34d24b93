import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from '../../scripts/cluster/paths.ts';
import type { LoadArgument } from '../support/load-generator.ts';
import type { LoadResult } from '../../scripts/demo/load.ts';
import { world } from './world.ts';

export interface LoadProcess {
  setRate(perSecond: number): void;
  /** Ends the load and resolves to what came of it. */
  stop(): Promise<LoadResult>;
}

/** Starts a load generator as a process of its own, near the node where the cluster lets us in. */
export function startLoad(argument: LoadArgument): LoadProcess {
  const generator = [process.execPath, join(root, 'test', 'support', 'load-generator.ts'), JSON.stringify(argument)];
  const [file = '', ...args] = [...world().loadGenerator.prefix, ...generator];
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  child.stdin.on('error', () => undefined); // stop() tells of a generator that has ended
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return {
    setRate: (perSecond) => void child.stdin.write(`${perSecond}\n`),
    stop: async () => {
      child.stdin.end();
      await closed;
      if (output === '') throw new Error('the load generator ended without a result');
      return JSON.parse(output) as LoadResult;
    },
  };
}
