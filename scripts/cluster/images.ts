import { existsSync } from 'node:fs';
import {
  appendFile,
  chmod,
  chown,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { type Builder, chooseBuilder } from './builder.ts';
import { cacheKey } from './cache-key.ts';
import { debianTree } from './debian.ts';
import { copiedPaths } from './dockerfile.ts';
import { withLock } from './lock.ts';
import { mysqlTree } from './mysql-tree.ts';
import { cacheFolder, root, sources } from './paths.ts';
import { step } from './progress.ts';
import { run } from './run.ts';
import { UnavailableError } from './unavailable.ts';

/** A built image; the tag says what it was made from, so that what did not change is neither built nor loaded again. */
export interface Image {
  readonly tag: string;
  /** A docker-archive of it. */
  readonly archive: string;
}

export type App = 'operator' | 'webapp';

/** Builds the image of Dockerfile.APP from the working tree, or from another checkout under a name of its own. */
export async function appImage(app: App, context = root, name = `vacation-${app}`): Promise<Image> {
  const dockerfile = join(context, `Dockerfile.${app}`);
  const inputs: Record<string, string | Buffer> = { dockerfile: await readFile(dockerfile) };
  for (const path of copiedPaths(inputs.dockerfile?.toString() ?? '')) await addInputs(inputs, path, context);
  const builder = await chooseBuilder();
  const base = builder.name === 'buildah' ? await nodeBase() : undefined;
  const key = cacheKey({ ...inputs, builder: builder.name, base: base?.key ?? '' });
  return archived(builder, `localhost/${name}:${key}`, async (build) => {
    await build({ dockerfile, context, args: await baseArguments(builder) });
  });
}

/** The base image, where the builder cannot have the official one. */
export async function baseArguments(builder: Builder): Promise<Record<string, string>> {
  return builder.name === 'buildah' ? { NODE_IMAGE: await (await nodeBase()).tag(builder) } : {};
}

/** MySQL with the official image's interface, for a node that can pull nothing. */
export async function mysqlImage(): Promise<Image> {
  const builder = await chooseBuilder();
  const tree = await mysqlTree();
  const files = {
    'usr/local/bin/docker-entrypoint.sh': join(sources, 'mysql', 'docker-entrypoint.sh'),
    'etc/mysql/my.cnf': join(sources, 'mysql', 'my.cnf'),
  };
  const inputs: Record<string, string | Buffer> = { tree: basename(tree), dockerfile: MYSQL_DOCKERFILE };
  for (const [name, source] of Object.entries(files)) inputs[name] = await readFile(source);
  return archived(
    builder,
    'localhost/mysql:9.7',
    (build) =>
      withTreeCopy(tree, async (folder) => {
        for (const [name, source] of Object.entries(files)) {
          await rm(join(folder, name), { force: true }); // it may be a link, or linked to the tree's
          await copyFile(source, join(folder, name));
        }
        await chmod(join(folder, 'usr/local/bin/docker-entrypoint.sh'), 0o755);
        await chmod(join(folder, 'etc/mysql/my.cnf'), 0o644);
        await fromScratch(build, folder, MYSQL_DOCKERFILE);
      }),
    cacheKey(inputs),
  );
}

/** An image of one statically linked program, which is on its PATH. The path must tell the version. */
export async function programImage(program: string): Promise<Image> {
  const name = basename(program);
  const dockerfile = `FROM scratch\nCOPY ${name} /usr/local/bin/\nENV PATH=${PATH}\nUSER 65532:65532\nCMD ["${name}"]\n`;
  const key = cacheKey({ program, dockerfile });
  return archived(await chooseBuilder(), `localhost/${name}:${key}`, (build) =>
    fromScratch(build, dirname(program), dockerfile),
  );
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const MYSQL_DOCKERFILE = `FROM scratch
COPY . /
ENV PATH=${PATH}
EXPOSE 3306 33060
VOLUME /var/lib/mysql
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["mysqld"]
`;

type BuildStep = (build: {
  dockerfile: string;
  context: string;
  args?: Readonly<Record<string, string>>;
}) => Promise<void>;

/** The archive of an image, built unless one of the same key is there; older ones of the same name are removed. */
async function archived(
  builder: Builder,
  tag: string,
  work: (build: BuildStep) => Promise<void>,
  key = tag.replace(/^.*:/, ''),
): Promise<Image> {
  const name = tag.replace(/^localhost\//, '').replace(/:.*$/, '');
  const folder = join(cacheFolder(), 'images');
  const archive = join(folder, `${name}-${key}.tar`);
  await mkdir(folder, { recursive: true });
  if (!existsSync(archive)) {
    await withLock(join(folder, `${name}.lock`), async () => {
      if (existsSync(archive)) return;
      await step(`Building the image ${tag} with ${builder.name}`, async (report) => {
        const unfinished = `${archive}.unfinished`;
        await rm(unfinished, { force: true });
        await work((build) => builder.build({ ...build, tag, onLine: report }));
        report('writing the archive');
        await builder.save(tag, unfinished);
        await rename(unfinished, archive);
      });
      await removeOlder(folder, name, archive);
    });
  }
  await utimes(archive, new Date(), new Date());
  return { tag, archive };
}

const KEPT_ARCHIVES = 3;

/** Keeps the newest few, so that going back and forth between two states of the sources builds nothing. */
async function removeOlder(folder: string, name: string, newest: string): Promise<void> {
  const archives = (await readdir(folder))
    .filter((file) => file.startsWith(`${name}-`))
    .map((file) => join(folder, file));
  const times = await Promise.all(archives.map(async (file) => ({ file, time: (await stat(file)).mtimeMs })));
  const old = times.filter(({ file }) => file !== newest).toSorted((a, b) => b.time - a.time);
  for (const { file } of old.slice(KEPT_ARCHIVES - 1)) await rm(file);
}

async function addInputs(inputs: Record<string, string | Buffer>, path: string, context: string): Promise<void> {
  const full = join(context, path);
  if (!(await stat(full)).isDirectory()) {
    inputs[path] = await readFile(full);
    return;
  }
  for (const entry of await readdir(full, { recursive: true, withFileTypes: true })) {
    const file = relative(context, join(entry.parentPath, entry.name));
    if (entry.isFile() && !/(^|\/)(node_modules|dist)\//.test(file)) inputs[file] = await readFile(join(context, file));
  }
}

interface NodeBase {
  readonly key: string;
  /** Sees to it that the builder has the base image, and tells its tag. */
  tag(builder: Builder): Promise<string>;
}

/** The npm of images and releases. */
export const NPM_VERSION = '11.19.1';
const NODE_UID = 1000;

/** A stand-in for the official Node image, from Debian packages and the Node and npm that npm carries. */
async function nodeBase(): Promise<NodeBase> {
  const node = join(root, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
  if (!existsSync(node))
    throw new UnavailableError(`No Node 24 is packaged for linux-${process.arch}: install Docker or Podman.`);
  const version = (await run(node, ['--version'])).trim().slice(1);
  const tree = await debianTree({
    name: `node-${version}`,
    suite: 'bookworm',
    packages: ['ca-certificates'],
    trim: [],
    revision: 1,
    finish: async (folder) => {
      await copyFile(node, join(folder, 'usr/local/bin/node'));
      await addNpm(folder);
      await appendFile(join(folder, 'etc/group'), `node:x:${NODE_UID}:\n`);
      await appendFile(join(folder, 'etc/passwd'), `node:x:${NODE_UID}:${NODE_UID}::/home/node:/bin/bash\n`);
      await mkdir(join(folder, 'home/node'));
      await chown(join(folder, 'home/node'), NODE_UID, NODE_UID);
    },
  });
  const dockerfile = `FROM scratch\nCOPY . /\nENV PATH=${PATH} NODE_VERSION=${version}\nCMD ["node"]\n`;
  const key = cacheKey({ tree: basename(tree), dockerfile });
  return {
    key,
    tag: (builder) =>
      withLock(join(cacheFolder(), 'images', 'node-base.lock'), async () => {
        const tag = `localhost/node:24-${key}`;
        if (!(await builder.has(tag))) await fromScratch((build) => builder.build({ ...build, tag }), tree, dockerfile);
        return tag;
      }),
  };
}

/** npm carries its own dependencies in its package. */
async function addNpm(tree: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'npm-'));
  try {
    await run('npm', ['pack', '--silent', `npm@${NPM_VERSION}`], { cwd: work });
    await run('tar', ['--extract', '--gzip', '--file', `npm-${NPM_VERSION}.tgz`], { cwd: work });
    await mkdir(join(tree, 'usr/local/lib/node_modules'), { recursive: true });
    await cp(join(work, 'package'), join(tree, 'usr/local/lib/node_modules/npm'), { recursive: true });
    for (const name of ['npm', 'npx']) {
      await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, join(tree, 'usr/local/bin', name));
    }
  } finally {
    await rm(work, { recursive: true });
  }
}

/** A hard-linked copy: quick, and files put over it are new ones. */
async function withTreeCopy(tree: string, work: (folder: string) => Promise<void>): Promise<void> {
  const copy = `${tree}.copy-${process.pid}`;
  try {
    await run('cp', ['--archive', '--link', tree, copy]);
    await work(copy);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function fromScratch(build: BuildStep, context: string, dockerfile: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'dockerfile-'));
  try {
    await writeFile(join(folder, 'Dockerfile'), dockerfile);
    await build({ dockerfile: join(folder, 'Dockerfile'), context });
  } finally {
    await rm(folder, { recursive: true });
  }
}
