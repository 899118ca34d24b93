import type { Cluster } from '../cluster/cluster.ts';
import { run, type RunOptions } from '../cluster/run.ts';

export type Kubectl = (args: readonly string[], options?: RunOptions) => Promise<string>;

export function kubectlOf({ kubectl: [program, ...words] }: Pick<Cluster, 'kubectl'>): Kubectl {
  return (args, options) => run(program, [...words, ...args], options);
}
