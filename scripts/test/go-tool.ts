import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../cluster/paths.ts';
import { step } from '../cluster/progress.ts';
import { run, which } from '../cluster/run.ts';
import { UnavailableError } from '../cluster/unavailable.ts';

export interface GoTool {
  readonly name: string;
  /** The path of its main package, whose last part is the name of the program. */
  readonly path: string;
  readonly version: string;
}

const BUILD_TIMEOUT_MS = 10 * 60_000;

/** The path of a tool in a pinned version, built once from its Go module into the user's cache folder. */
export async function goTool({ name, path, version }: GoTool): Promise<string> {
  const folder = join(cacheFolder(), `${name}-${version}`);
  const program = join(folder, name);
  if (existsSync(program)) return program;
  const go = which('go');
  if (go === undefined) throw new UnavailableError(`${name} is built with Go: install Go.`);
  await step(`Building ${name} ${version}`, (report) =>
    run(go, ['install', `${path}@${version}`], { env: { GOBIN: folder }, onLine: report, timeoutMs: BUILD_TIMEOUT_MS }),
  );
  return program;
}

export const actionlint: GoTool = {
  name: 'actionlint',
  path: 'github.com/rhysd/actionlint/cmd/actionlint',
  version: 'v1.7.12',
};

export const kubeconform: GoTool = {
  name: 'kubeconform',
  path: 'github.com/yannh/kubeconform/cmd/kubeconform',
  version: 'v0.8.0',
};
