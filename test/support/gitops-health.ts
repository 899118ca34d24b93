import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '../../scripts/cluster/paths.ts';
import { run } from '../../scripts/cluster/run.ts';
import { goProgram } from '../../scripts/test/go-tool.ts';

export interface Verdict {
  readonly status: string;
  readonly message: string;
}

/** What tools that wait for an object make of it. */
export interface GitopsHealth {
  /** Of `Compute` in cli-utils' kstatus, as Flux, kpt and `flux` ask it: InProgress, Current, Failed or Terminating. */
  readonly kstatus: Verdict;
  /** Of Argo CD with the script of config/argocd: Progressing, Healthy or Degraded. */
  readonly argocd: Verdict;
}

/** The path of the program that judges, built the first time. */
export const gitopsHealthProgram = (): Promise<string> => goProgram(join(root, 'test', 'support', 'gitops-health'));

/** The verdicts on the objects, in their order. */
export async function gitopsHealthOf(...objects: readonly object[]): Promise<GitopsHealth[]> {
  const input = objects.map((object) => `${JSON.stringify(object)}\n`).join('');
  const lines = await run(await gitopsHealthProgram(), [await argocdScript()], { input, timeoutMs: 30_000 });
  return lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as GitopsHealth);
}

async function argocdScript(): Promise<string> {
  const { data } = parse(await readFile(join(root, 'config', 'argocd', 'argocd-cm.yaml'), 'utf8')) as {
    data: Record<string, string>;
  };
  return data['resource.customizations.health.interstellar.dev_VacationApp'] ?? '';
}
