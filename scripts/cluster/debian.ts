import { existsSync } from 'node:fs';
import { glob, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheKey } from './cache-key.ts';
import { withLock } from './lock.ts';
import { cacheFolder } from './paths.ts';
import { step } from './progress.ts';
import { run, which } from './run.ts';
import { UnavailableError } from './unavailable.ts';

export const isRoot = process.getuid?.() === 0;

/** Commands (or files, when they begin with a slash) that something needs, and the Debian package of each. */
export type Needs = Readonly<Record<string, string>>;

export interface InstallOptions {
  /** Also installs what the packages recommend. */
  readonly recommended?: boolean;
}

/** Sees to it that the commands are there: installs the missing packages as root on Debian or Ubuntu, else says which to install. */
export async function ensureCommands(
  purpose: string,
  needs: Needs,
  { recommended = false }: InstallOptions = {},
): Promise<void> {
  if (missing(needs).length === 0) return;
  await withLock(join(cacheFolder(), 'apt.lock'), async () => {
    const packages = missing(needs);
    if (packages.length === 0) return;
    if (!isRoot || which('apt-get') === undefined) {
      throw new UnavailableError(
        `${purpose} needs programs that are not installed here: install ${packages.join(', ')} (the names of the Debian and Ubuntu packages).`,
      );
    }
    await step(`Installing the packages ${packages.join(', ')}`, async (report) => {
      const env = { DEBIAN_FRONTEND: 'noninteractive' };
      await run('apt-get', ['update'], { env, onLine: report });
      const recommends = recommended ? '--install-recommends' : '--no-install-recommends';
      await run('apt-get', ['install', '-y', recommends, ...packages], { env, onLine: report });
    });
  });
}

function missing(needs: Needs): string[] {
  const lacking = Object.entries(needs).filter(([file]) =>
    file.startsWith('/') ? !existsSync(file) : which(file) === undefined,
  );
  return [...new Set(lacking.map(([, name]) => name))];
}

export interface DebianTree {
  readonly name: string;
  readonly suite: string;
  readonly packages: readonly string[];
  /** Glob patterns, relative to the tree, of what is of no use in a container. */
  readonly trim: readonly string[];
  /** Raised when `finish` changes. */
  readonly revision: number;
  readonly finish: (folder: string) => Promise<void>;
}

/** The folder of a Debian tree, made by debootstrap the first time and kept. */
export async function debianTree(tree: DebianTree): Promise<string> {
  const { name, suite, packages, trim, revision } = tree;
  const key = cacheKey({ tree: JSON.stringify([suite, packages, trim, revision, process.arch]) });
  const folder = join(cacheFolder(), 'trees', `${name}-${key}`);
  if (existsSync(folder)) return folder;
  if (process.platform !== 'linux' || !isRoot) {
    throw new UnavailableError(
      `Making ${name} from Debian packages needs root on Linux: run this once as root, or install Docker or Podman.`,
    );
  }
  await ensureCommands('Making a Debian tree', {
    debootstrap: 'debootstrap',
    '/usr/share/keyrings/debian-archive-keyring.gpg': 'debian-archive-keyring',
  });
  await withLock(`${folder}.lock`, async () => {
    if (existsSync(folder)) return;
    const unfinished = `${folder}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    await step(`Making ${name} from Debian packages (${suite}; about a minute, once)`, async (report) => {
      const mirror = await debianMirror();
      let lines = 0;
      // a mount namespace of its own: what debootstrap mounts in the tree goes with it, even when it is killed
      await run(
        'unshare',
        [
          '--mount',
          'debootstrap',
          '--variant=minbase',
          `--include=${packages.join(',')}`,
          suite,
          unfinished,
          ...mirror,
        ],
        { onLine: (line) => report(`${(lines += 1)} · ${line.replace(/^I: /, '')}`) },
      );
      report('trimming');
      await removeGlobs(unfinished, [...TRIM, ...trim]);
      await tree.finish(unfinished);
    });
    await rename(unfinished, folder);
  });
  return folder;
}

const TRIM = [
  'dev/*',
  'tmp/*',
  'var/{cache/apt,cache/debconf,lib/apt/lists,log}/*',
  'usr/share/{doc,man,info,locale,lintian,bug,i18n,zsh,bash-completion}',
  'usr/share/{perl,perl5}',
  'usr/lib/*-linux-gnu/{gconv,perl,perl5}',
];

async function removeGlobs(folder: string, patterns: readonly string[]): Promise<void> {
  for await (const path of glob(patterns, { cwd: folder }))
    await rm(join(folder, path), { recursive: true, force: true });
}

/** The mirror that this machine's own apt uses, when it is a Debian's; none leaves the choice to debootstrap. */
async function debianMirror(): Promise<string[]> {
  const texts = [await readFile('/etc/apt/sources.list', 'utf8').catch(() => '')];
  for (const name of await readdir('/etc/apt/sources.list.d').catch(() => [])) {
    texts.push(await readFile(join('/etc/apt/sources.list.d', name), 'utf8'));
  }
  const mirror = mirrorIn(texts.join('\n'));
  return mirror === undefined ? [] : [mirror];
}

/** The first Debian archive in apt's sources, in either of its two formats; Ubuntu's archives have no sid. */
export function mirrorIn(sources: string): string | undefined {
  const address = /^(?:URIs:|deb(?: \[[^\]]*\])?)\s+(https?:\/\/\S+\/debian)\/?(?:\s|$)/m;
  return address.exec(sources)?.[1];
}
