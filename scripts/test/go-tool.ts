import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cacheKey } from '../cluster/cache-key.ts';
import { newEnoughGo } from '../cluster/go.ts';
import { withLock } from '../cluster/lock.ts';
import { cacheFolder } from '../cluster/paths.ts';
import { step } from '../cluster/progress.ts';
import { run } from '../cluster/run.ts';

export interface GoTool {
  readonly name: string;
  /** The path of its main package, whose last part is the name of the program. */
  readonly path: string;
  readonly version: string;
}

const BUILD_TIMEOUT_MS = 30 * 60_000;

/** The path of a tool in a pinned version, built once from its Go module into the user's cache folder. */
export async function goTool({ name, path, version }: GoTool): Promise<string> {
  const folder = join(cacheFolder(), `${name}-${version}`);
  const program = join(folder, name);
  if (existsSync(program)) return program;
  await withLock(`${folder}.lock`, async () => {
    if (existsSync(program)) return;
    const go = await newEnoughGo(name);
    await step(`Building ${name} ${version}`, (report) =>
      run(go.program, ['install', `${path}@${version}`], {
        env: { GOBIN: folder },
        onLine: report,
        timeoutMs: BUILD_TIMEOUT_MS,
      }),
    );
  });
  return program;
}

/** The path of a program of the tests' own, built once from the Go module in that folder into the user's cache folder. */
export async function goProgram(folder: string): Promise<string> {
  const name = basename(folder);
  const sources = ['go.mod', 'go.sum', 'main.go'].map((file) => [file, readFileSync(join(folder, file))]);
  const target = join(cacheFolder(), `${name}-${cacheKey(Object.fromEntries(sources) as Record<string, Buffer>)}`);
  const program = join(target, name);
  if (existsSync(program)) return program;
  await withLock(`${target}.lock`, async () => {
    if (existsSync(program)) return;
    const env = { CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false -trimpath -mod=readonly' };
    const go = await newEnoughGo(name);
    await step(`Building ${name}`, (report) =>
      run(go.program, ['build', '-o', program, '.'], {
        cwd: folder,
        env,
        onLine: report,
        timeoutMs: BUILD_TIMEOUT_MS,
      }),
    );
  });
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

export const helm: GoTool = {
  name: 'helm',
  path: 'helm.sh/helm/v4/cmd/helm',
  version: 'v4.3.1',
};

export const kubeScore: GoTool = {
  name: 'kube-score',
  path: 'github.com/zegl/kube-score/cmd/kube-score',
  version: 'v1.20.0',
};

export const krew: GoTool = { name: 'krew', path: 'sigs.k8s.io/krew/cmd/krew', version: 'v0.4.3' };

/** Runs `kubectl krew` to install what the manifest names. */
export const validateKrewManifest: GoTool = {
  name: 'validate-krew-manifest',
  path: 'sigs.k8s.io/krew/cmd/validate-krew-manifest',
  version: 'v0.4.3',
};
