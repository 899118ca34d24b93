import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../cluster/paths.ts';

/** What the demo has created. The next run and `down` read it. */
export interface DemoState {
  readonly context?: string | undefined;
  readonly cluster?: 'existing' | 'kind' | 'built-in';
  /** Whether the existing cluster had an operator before. The demo must not remove that. */
  readonly operatorWasThere?: boolean;
  readonly portForward?: PortForward | undefined;
  /** That of the status page. */
  readonly statusForward?: PortForward | undefined;
}

export interface PortForward {
  readonly pid: number;
  readonly startTime: string;
  readonly port: number;
}

/** The kubeconfig, kubectl and state of the demo. In .gitignore. */
export const demoFolder = join(root, '.demo');

const file = join(demoFolder, 'state.json');

export async function readState(): Promise<DemoState> {
  return JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as DemoState;
}

/** Call this before each step that creates something, so that `down` can remove it even if the run was killed. */
export async function writeState(state: DemoState): Promise<void> {
  await mkdir(demoFolder, { recursive: true });
  await writeFile(file, `${JSON.stringify(state, null, 2)}\n`);
}

export async function removeState(): Promise<void> {
  await rm(demoFolder, { recursive: true, force: true });
}
