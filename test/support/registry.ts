import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseBuilder } from '../../scripts/cluster/builder.ts';
import { ensureCommands } from '../../scripts/cluster/debian.ts';
import { freePorts } from '../../scripts/cluster/ports.ts';
import { boundToThis, run, until } from '../../scripts/cluster/run.ts';
import { startRelay } from './relay.ts';

const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** A real container registry on this machine, empty, over plain HTTP. */
export interface Registry {
  /** As it stands before the name of an image. */
  readonly address: string;
  /** The names of what was pushed, with their tags. */
  images(): Promise<string[]>;
  /** Gives an image one more tag. */
  tag(repository: string, from: string, to: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * In a container where there is an engine to run it, else as the program of Debian's package. It also answers at another
 * address of this machine, for those who cannot reach the loopback one.
 */
export async function startRegistry(alsoAt?: string): Promise<Registry> {
  const { name } = await chooseBuilder();
  const [port = 0] = await freePorts(1);
  const stopRegistry = name === 'buildah' ? await startProgram(port) : await startContainer(name, port);
  const relay =
    alsoAt === undefined ? undefined : await startRelay({ host: alsoAt, port }, { host: '127.0.0.1', port });
  const stop = async () => {
    await relay?.stop();
    await stopRegistry();
  };
  const address = `localhost:${port}`;
  const read = async <T>(path: string) => (await (await fetch(`http://127.0.0.1:${port}${path}`)).json()) as T;
  try {
    await until('the registry to answer', 30_000, () =>
      fetch(`http://127.0.0.1:${port}/v2/`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  let stopped: Promise<void> | undefined;
  return {
    address,
    async images() {
      const { repositories } = await read<{ repositories: string[] }>('/v2/_catalog');
      const tagged = repositories.map(async (repository) => {
        const { tags } = await read<{ tags: string[] }>(`/v2/${repository}/tags/list`);
        return tags.map((tag) => `${repository}:${tag}`);
      });
      return (await Promise.all(tagged)).flat().sort();
    },
    async tag(repository, from, to) {
      const manifest = (tag: string) => `http://127.0.0.1:${port}/v2/${repository}/manifests/${tag}`;
      const found = await fetch(manifest(from), { headers: { accept: MANIFESTS } });
      if (!found.ok) throw new Error(`${repository}:${from} is answered with ${found.status}`);
      const headers = { 'content-type': found.headers.get('content-type') ?? '' };
      const put = await fetch(manifest(to), { method: 'PUT', headers, body: await found.text() });
      if (!put.ok) throw new Error(`${repository}:${to} is answered with ${put.status}`);
    },
    // A second call waits for the first.
    stop: () => (stopped ??= stop()),
  };
}

async function startContainer(engine: 'docker' | 'podman', port: number): Promise<() => Promise<void>> {
  const id = await run(engine, ['run', '--detach', '--rm', '--publish', `127.0.0.1:${port}:5000`, 'registry:3']);
  return async () => {
    await run(engine, ['stop', id.trim()]);
  };
}

async function startProgram(port: number): Promise<() => Promise<void>> {
  await ensureCommands('A container registry for tests', { 'docker-registry': 'docker-registry' });
  const folder = await mkdtemp(join(tmpdir(), 'registry-'));
  const config = join(folder, 'config.yml');
  const storage = { filesystem: { rootdirectory: join(folder, 'images') } };
  await writeFile(config, JSON.stringify({ version: 0.1, storage, http: { addr: `127.0.0.1:${port}` } }));
  const child = spawn(...boundToThis('docker-registry', ['serve', config]), { stdio: 'ignore' });
  const ended = once(child, 'exit');
  return async () => {
    if (child.exitCode === null) child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true });
  };
}
