import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from './run.ts';
import { UnavailableError } from './unavailable.ts';

/** What pods' limits are made of. */
const REQUIRED = ['cpu', 'memory', 'pids'];

/** The kubelet also insists on these in its own cgroup, where the root has them. */
const PASSED_ON = [...REQUIRED, 'cpuset', 'hugetlb'];

/** Makes a cgroup of the name: in every hierarchy of version 1, or in the one of version 2 with the controllers that pods need. */
export async function makeCgroup(name: string, mount = '/sys/fs/cgroup'): Promise<void> {
  for (const hierarchy of hierarchies(mount)) await mkdir(join(hierarchy, name), { recursive: true });
  if (isVersion2(mount)) {
    await delegate(mount);
    await delegate(join(mount, name));
  }
}

/** Removes the cgroup of the name with everything under it, once the processes that were in it have gone. */
export async function removeCgroup(name: string, mount = '/sys/fs/cgroup'): Promise<void> {
  await until(`the cgroup ${name} to be empty`, 15_000, async () => {
    for (const hierarchy of hierarchies(mount)) await removeTree(join(hierarchy, name));
    return hierarchies(mount).every((hierarchy) => !existsSync(join(hierarchy, name)));
  });
}

function isVersion2(mount: string): boolean {
  return existsSync(join(mount, 'cgroup.controllers'));
}

function hierarchies(mount: string): string[] {
  if (isVersion2(mount)) return [mount];
  const folders = readdirSync(mount, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => join(mount, name)).filter((folder) => existsSync(join(folder, 'cgroup.procs')));
}

/** Hands the controllers that pods need down to the children of a version 2 cgroup. */
async function delegate(folder: string): Promise<void> {
  const words = async (file: string) => (await readFile(join(folder, file), 'utf8')).trim().split(/\s+/);
  const available = await words('cgroup.controllers');
  const delegated = await words('cgroup.subtree_control');
  const wanted = PASSED_ON.filter((name) => available.includes(name) && !delegated.includes(name));
  const refused = await pass(folder, wanted);
  const missing = REQUIRED.find((name) => !available.includes(name) || refused.includes(name));
  if (missing === undefined) return;
  throw new UnavailableError(
    `The built-in Kubernetes needs the cgroup controller ${missing}, which ${folder} does not hand down: run it on the machine itself rather than in a container, or install Docker (or Podman) and kind.`,
  );
}

/** One at a time, for one that the kernel refuses would take the others with it; tells which it refused. */
async function pass(folder: string, controllers: readonly string[]): Promise<string[]> {
  const refused: string[] = [];
  for (const controller of controllers) {
    await writeFile(join(folder, 'cgroup.subtree_control'), `+${controller}`).catch(() => refused.push(controller));
  }
  return refused;
}

/** The files in a cgroup go with its folder; rmdir fails while a process is left in it. */
async function removeTree(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (entry.isDirectory()) await removeTree(join(folder, entry.name));
  }
  await rmdir(folder).catch(() => undefined);
}
