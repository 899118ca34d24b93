import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { run, which } from '../../scripts/cluster/run.ts';

/** What a cluster could leave on its host: each thing as a line of text, under the name of its kind. */
export type HostState = Readonly<
  Record<'processes' | 'mounts' | 'devices' | 'routes' | 'rules' | 'cgroups', readonly string[]>
>;

/** Looks at a Linux host. Only processes that a cluster could have started are looked at: those in other namespaces than ours. */
export async function hostState(): Promise<HostState> {
  const lines = async (command: string, ...args: readonly string[]) => {
    if (which(command) === undefined) return [];
    const text = await run(command, args, { timeoutMs: 10_000 });
    return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  };
  const rules = [
    await lines('iptables-save'),
    await lines('nft', '--stateless', 'list', 'ruleset'),
    await lines('ip', 'rule'),
  ];
  return {
    processes: processesInOtherNamespaces(),
    mounts: readFileSync('/proc/self/mounts', 'utf8').split('\n'),
    devices: readdirSync('/sys/class/net'),
    routes: await lines('ip', 'route'),
    rules: rules.flat().map((line) => line.replace(/ ?\[\d+:\d+\]/, '')),
    cgroups: topCgroups(),
  };
}

/**
 * What came between the first look and the second, and is still there at the third, as `kind: thing`. What other work on the same
 * machine makes meanwhile is so left out, unless it made that between the first two looks.
 */
export function leftBehind(before: HostState, during: HostState, after: HostState): string[] {
  return Object.entries(after).flatMap(([kind, things]) => {
    const [known, seen] = [before, during].map((state) => new Set(state[kind as keyof HostState]));
    return things
      .filter((thing) => seen?.has(thing) && !known?.has(thing) && !(kind === 'processes' && isOfOthers(thing, before)))
      .map((thing) => `${kind}: ${thing}`);
  });
}

/** Whether the process is in namespaces that were there before, as a probe that another cluster's container runs again and again. */
function isOfOthers(process: string, before: HostState): boolean {
  const namespacesOf = (line: string) => line.split(' ', 3).join(' ');
  return before.processes.map(namespacesOf).includes(namespacesOf(process));
}

function processesInOtherNamespaces(): string[] {
  const own = namespaces('self');
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const theirs = namespaces(pid);
      return theirs === undefined || theirs === own ? [] : [`${theirs} ${commandOf(pid)}`];
    });
}

/** undefined for a process that has gone meanwhile, and for one that has ended but for its parent's noticing. */
function namespaces(pid: string): string | undefined {
  try {
    return ['mnt', 'net', 'pid'].map((kind) => readlinkSync(join('/proc', pid, 'ns', kind))).join(' ');
  } catch {
    return undefined;
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(join('/proc', pid, 'cmdline'), 'utf8')
      .replaceAll('\0', ' ')
      .trim();
  } catch {
    return '';
  }
}

function topCgroups(): string[] {
  const root = '/sys/fs/cgroup';
  const folders = (path: string) =>
    readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(path, entry.name));
  const top = folders(root);
  return [...top, ...top.flatMap(folders)];
}
