import type { ApiRequest } from '../../../operator/runtime/client/api-client.ts';
import type { KubeObject } from '../../../operator/runtime/client/kinds.ts';
import type { Random } from './random.ts';
import type { Temper } from './temper.ts';
import type { Volumes } from './volumes.ts';

/** Where people act. */
export interface Stage {
  readonly random: Random;
  readonly temper: Temper;
  readonly volumes: Volumes;
  readonly trace: string[];
  get(plural: string, namespace: string, name: string): KubeObject | undefined;
  list(plural: string): readonly KubeObject[];
  /** Whether the operator has nothing to do and knows all. */
  isQuiet(): boolean;
  do(request: ApiRequest): Promise<void>;
}
