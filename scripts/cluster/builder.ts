import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureCommands, isRoot } from './debian.ts';
import { isEngineUp } from './engine.ts';
import { root } from './paths.ts';
import { run, succeeds, which } from './run.ts';
import { UnavailableError } from './unavailable.ts';

export interface Build {
  readonly tag: string;
  readonly dockerfile: string;
  readonly context: string;
  readonly args?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
}

export interface RegistryOptions {
  /** It speaks HTTP. Docker itself takes that from registries on this machine only. */
  readonly plainHttp: boolean;
}

/** Docker, Podman or buildah: what the project asks of them is the same. */
export interface Builder {
  readonly name: 'docker' | 'podman' | 'buildah';
  has(tag: string): Promise<boolean>;
  build(build: Build): Promise<void>;
  /** Writes the image as a docker-archive. */
  save(tag: string, archive: string): Promise<void>;
  push(tag: string, registry: RegistryOptions): Promise<void>;
  /** Pushes an index of images that are in the registry already, and resolves to its digest. */
  join(tag: string, images: readonly string[], registry: RegistryOptions): Promise<string>;
  /** How large an image is when unpacked, for people. */
  size(tag: string): Promise<string>;
  remove(tag: string): Promise<void>;
}

/** An engine that answers, else buildah, which needs none but root. */
export async function chooseBuilder(): Promise<Builder> {
  if (await isEngineUp('docker')) return engine('docker');
  if (await isEngineUp('podman')) return engine('podman');
  if (!isRoot && which('buildah') === undefined) {
    throw new UnavailableError(
      'Images are built with Docker, Podman or, as root, buildah, and none of them is to be had here: install one.',
    );
  }
  // newer ones do not start without netavark, which Debian's packages only recommend
  await ensureCommands('Building images', { buildah: 'buildah' }, { recommended: true });
  return buildah;
}

function engine(name: 'docker' | 'podman'): Builder {
  return {
    name,
    has: (tag) => succeeds(name, ['image', 'inspect', tag]),
    async build({ tag, dockerfile, context, args, labels, onLine }) {
      const described = [...buildArguments(args), ...labelArguments(labels)];
      await run(name, ['build', '--file', dockerfile, '--tag', tag, ...described, context], {
        env: { DOCKER_BUILDKIT: '1' },
        ...(onLine === undefined ? {} : { onLine }),
      });
    },
    async save(tag, archive) {
      await run(name, ['save', '--output', archive, tag]);
    },
    async push(tag, registry) {
      await run(name, ['push', ...(name === 'podman' ? tlsArguments(registry) : []), tag]);
    },
    join: (tag, images, registry) =>
      name === 'podman' ? joinByManifest(name, tag, images, registry) : joinByBuildx(tag, images),
    size: (tag) => sizeIn(name, tag),
    async remove(tag) {
      await run(name, ['rmi', tag]);
    },
  };
}

const buildah: Builder = {
  name: 'buildah',
  has: (tag) => succeeds('buildah', ['inspect', '--type', 'image', tag]),
  async build({ tag, dockerfile, context, args, labels, onLine }) {
    const settings = await npmSettings();
    try {
      await run(
        'buildah',
        [
          'build',
          '--isolation=chroot',
          '--network=host',
          '--layers',
          '--pull=never',
          ...(await ownLimits()),
          ...settings.mounts,
          ...buildArguments(args),
          ...labelArguments(labels),
          `--file=${dockerfile}`,
          `--tag=${tag}`,
          context,
        ],
        onLine === undefined ? {} : { onLine },
      );
    } finally {
      await rm(settings.folder, { recursive: true });
    }
  },
  async save(tag, archive) {
    await run('buildah', ['push', '--quiet', tag, `docker-archive:${archive}:${tag}`]);
  },
  async push(tag, registry) {
    await run('buildah', ['push', '--quiet', ...tlsArguments(registry), tag, `docker://${tag}`]);
  },
  join: (tag, images, registry) => joinByManifest('buildah', tag, images, registry),
  size: (tag) => sizeIn('buildah', tag),
  async remove(tag) {
    await run('buildah', ['rmi', tag]);
  },
};

function buildArguments(args: Build['args'] = {}): string[] {
  return Object.entries(args).map(([name, value]) => `--build-arg=${name}=${value}`);
}

function labelArguments(labels: Build['labels'] = {}): string[] {
  return Object.entries(labels).map(([name, value]) => `--label=${name}=${value}`);
}

/** Limits that need no privilege. By itself, a newer buildah raises them, which root may not in a container without CAP_SYS_RESOURCE. */
async function ownLimits(): Promise<string[]> {
  const columns = ['--noheadings', '--raw', '--output', 'RESOURCE,HARD'];
  return limitArguments(await run('prlimit', ['--nofile', '--nproc', ...columns]));
}

/** Enough for a build, and no more than an older buildah leaves itself. */
const MOST_OF_A_LIMIT = 32768;

/** What `prlimit` says, a limit on each line, as arguments of a build. */
export function limitArguments(limits: string): string[] {
  const lines = limits.trim().split('\n');
  return lines.map((line) => {
    const [name = '', hard = ''] = line.split(/\s+/);
    const limit = hard === 'unlimited' ? MOST_OF_A_LIMIT : Math.min(Number(hard), MOST_OF_A_LIMIT);
    return `--ulimit=${name.toLowerCase()}=${limit}:${limit}`;
  });
}

function tlsArguments({ plainHttp }: RegistryOptions): string[] {
  return plainHttp ? ['--tls-verify=false'] : [];
}

async function sizeIn(name: Builder['name'], tag: string): Promise<string> {
  return (await run(name, ['images', '--format', '{{.Size}}', tag])).trim();
}

async function joinByManifest(
  name: 'podman' | 'buildah',
  tag: string,
  images: readonly string[],
  registry: RegistryOptions,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'index-'));
  const list = `localhost/index-${process.pid}`;
  const tls = tlsArguments(registry);
  const manifest = (...args: string[]) => run(name, ['manifest', ...args]);
  try {
    await manifest('create', list);
    for (const image of images) await manifest('add', ...tls, list, `docker://${image}`);
    const digest = join(folder, 'digest');
    await manifest('push', '--all', ...tls, '--digestfile', digest, list, `docker://${tag}`);
    return (await readFile(digest, 'utf8')).trim();
  } finally {
    await succeeds(name, ['manifest', 'rm', list]);
    await rm(folder, { recursive: true });
  }
}

async function joinByBuildx(tag: string, images: readonly string[]): Promise<string> {
  const imagetools = (...args: string[]) => run('docker', ['buildx', 'imagetools', ...args]);
  await imagetools('create', '--tag', tag, ...images);
  return (await imagetools('inspect', tag, '--format', '{{.Manifest.Digest}}')).trim();
}

/**
 * This machine's npm registry and certificate authorities, for RUN steps alone: mounted, so no layer holds them. npm reads its
 * system-wide settings from PREFIX/etc/npmrc; Node trusts no authority of the system's by itself.
 */
async function npmSettings(): Promise<{ readonly folder: string; readonly mounts: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'npm-settings-'));
  const npmrc = join(folder, 'npmrc');
  const setting = async (name: string) =>
    (await run('npm', ['config', 'get', name], { cwd: root }).catch(() => '')).trim();
  const registry = await setting('registry');
  const authorities = await setting('cafile');
  const lines = [`registry=${registry}`];
  const mounts = [`--volume=${npmrc}:/usr/local/etc/npmrc:ro`];
  if (authorities.startsWith('/')) {
    lines.push('cafile=/usr/local/etc/npm-authorities.crt');
    mounts.push(`--volume=${authorities}:/usr/local/etc/npm-authorities.crt:ro`);
  }
  await writeFile(npmrc, `${lines.join('\n')}\n`, { mode: 0o644 });
  return { folder, mounts };
}
