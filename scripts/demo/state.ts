import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../cluster/paths.ts';

/** What a demo made, for the next run to find and for `down` to remove. */
export interface DemoState {
  readonly context?: string | undefined;
  readonly cluster?: 'existing' | 'kind' | 'built-in';
  /** An operator was in the existing cluster before: not the demo's to remove. */
  readonly operatorWasThere?: boolean;
  readonly portForward?: { readonly pid: number; readonly startTime: string; readonly port: number } | undefined;
}

/** Kubeconfig, kubectl and notes of the demo; in .gitignore. */
export const demoFolder = join(root, '.demo');

const file = join(demoFolder, 'state.json');

export async function readState(): Promise<DemoState> {
  return JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as DemoState;
}

/** Written before each thing that is made, so that a killed run is still taken away whole. */
export async function writeState(state: DemoState): Promise<void> {
  await mkdir(demoFolder, { recursive: true });
  await writeFile(file, `${JSON.stringify(state, null, 2)}\n`);
}

export async function removeState(): Promise<void> {
  await rm(demoFolder, { recursive: true, force: true });
}
