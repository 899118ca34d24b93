import { succeeds, which } from './run.ts';

/** Whether Docker or Podman is there and answers; a client without its engine does not. */
export async function isEngineUp(engine: 'docker' | 'podman'): Promise<boolean> {
  return which(engine) !== undefined && succeeds(engine, ['info'], { timeoutMs: 10_000 });
}
