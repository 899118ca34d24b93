import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, mkdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheKey } from './cache-key.ts';
import { KUBERNETES_MODULE, newEnoughGo } from './go.ts';
import { withLock } from './lock.ts';
import { cacheFolder } from './paths.ts';
import { step } from './progress.ts';
import { run } from './run.ts';

/** A release of Kubernetes that is built here. */
export interface Release {
  /** The file that pins its modules; beside it is one of their hashes. */
  readonly modFile: `${string}.mod`;
  /** Folders of the programs that are built. */
  readonly programs: readonly [string, ...string[]];
  /** The names by which the first program is called. */
  readonly names: readonly string[];
}

/** The release that the built-in cluster runs. */
const NEWEST: Release = {
  modFile: 'go.mod',
  programs: ['hyperkube', 'addons', 'pause'],
  names: ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy', 'kubectl'],
};
/** The oldest release that the operator supports, for tests against its API server. */
export const OLDEST: Release = {
  modFile: 'oldest.mod',
  programs: ['api-server'],
  names: ['etcd', 'kube-apiserver', 'kubectl'],
};

const PAUSE_IMAGE = 'localhost/pause:1';
const GO_ENV = { CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false -trimpath -mod=readonly' };

/**
 * The folder with Kubernetes' programs, etcd and kubectl, built from the pinned Go modules the first time; that of the newest release also has
 * the add-ons and `pause.tar`, the pause image. The names in it are those of KUBEBUILDER_ASSETS.
 */
export async function kubernetesBinaries(release = NEWEST): Promise<string> {
  const goMod = await readFile(join(KUBERNETES_MODULE, release.modFile), 'utf8');
  const go = await newEnoughGo('the built-in Kubernetes');
  const folder = join(cacheFolder(), 'kubernetes', await keyOf(go.version, release));
  if (!existsSync(folder))
    await withLock(`${folder}.lock`, () =>
      existsSync(folder) ? Promise.resolve() : build(folder, go.program, goMod, release),
    );
  await utimes(folder, new Date(), new Date());
  return folder;
}

/** The version of Kubernetes that go.mod pins, without the v. */
export function kubernetesVersionIn(goMod: string): string {
  const version = /^\s*k8s\.io\/kubernetes v(\d+\.\d+\.\d+)/m.exec(goMod)?.[1];
  if (version === undefined) throw new Error('go.mod requires no k8s.io/kubernetes');
  return version;
}

async function keyOf(goVersion: string, { modFile, programs }: Release): Promise<string> {
  const inputs: Record<string, string | Buffer> = { goVersion, flags: JSON.stringify([GO_ENV, programs, PAUSE_IMAGE]) };
  const code = programs.map((name) => `${name}/**/*.go`);
  for await (const path of glob([modFile, modFile.replace(/mod$/, 'sum'), ...code], { cwd: KUBERNETES_MODULE })) {
    inputs[path] = await readFile(join(KUBERNETES_MODULE, path));
  }
  return cacheKey(inputs);
}

async function build(folder: string, go: string, goMod: string, { modFile, programs, names }: Release): Promise<void> {
  const packages = programs.map((name) => `./${name}`);
  const pinned = `-modfile=${modFile}`;
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });

  const total = await step('Downloading the modules of Kubernetes (about 110 MB, once)', async (report) => {
    let downloads = 0;
    const list = await run(go, ['list', pinned, '-deps', ...packages], {
      cwd: KUBERNETES_MODULE,
      env: GO_ENV,
      onLine: (line) => {
        if (line.startsWith('go: downloading ')) report(`${(downloads += 1)} · ${line.slice(16)}`);
      },
    });
    return list.trim().split('\n').length;
  });

  const version = kubernetesVersionIn(goMod);
  await step(`Compiling Kubernetes ${version} (about 13 minutes of one core, once)`, async (report) => {
    let compiled = 0;
    report(`at most ${total} packages`);
    await run(go, ['build', pinned, '-v', '-ldflags', linkerFlags(version), '-o', `${unfinished}/`, ...packages], {
      cwd: KUBERNETES_MODULE,
      env: GO_ENV,
      onLine: (name) => {
        compiled += 1;
        report(`${compiled} of at most ${total} packages · ${name}`);
      },
    });
  });
  for (const name of names) await symlink(programs[0], join(unfinished, name));
  if (programs.includes('pause')) await writePauseImage(unfinished);
  await rename(unfinished, folder);
}

function linkerFlags(version: string): string {
  const [major = '', minor = ''] = version.split('.');
  const values = {
    gitVersion: `v${version}`,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
  };
  const settings = Object.entries(values).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
  return ['-s', '-w', ...settings].join(' ');
}

/** An image of one file needs no builder: a docker-archive is a layer, a configuration and a manifest in one tar. */
async function writePauseImage(folder: string): Promise<void> {
  const work = join(folder, 'pause-image');
  await mkdir(work);
  await run('tar', [
    '--create',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--mtime=@0',
    '--file',
    join(work, 'layer.tar'),
    '--directory',
    folder,
    'pause',
  ]);
  const layer = createHash('sha256')
    .update(await readFile(join(work, 'layer.tar')))
    .digest('hex');
  const config = {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { User: '65535:65535', Entrypoint: ['/pause'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layer}`] },
  };
  const manifest = [{ Config: 'config.json', RepoTags: [PAUSE_IMAGE], Layers: ['layer.tar'] }];
  await writeFile(join(work, 'config.json'), JSON.stringify(config));
  await writeFile(join(work, 'manifest.json'), JSON.stringify(manifest));
  await run('tar', [
    '--create',
    '--file',
    join(folder, 'pause.tar'),
    '--directory',
    work,
    'manifest.json',
    'config.json',
    'layer.tar',
  ]);
  await rm(work, { recursive: true });
}
