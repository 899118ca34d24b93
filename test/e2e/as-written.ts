import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chooseBuilder } from '../../scripts/cluster/builder.ts';
import type { Cluster } from '../../scripts/cluster/cluster.ts';
import { baseArguments } from '../../scripts/cluster/images.ts';
import { root } from '../../scripts/cluster/paths.ts';
import { run } from '../../scripts/cluster/run.ts';

/** Runs a line of a manual as a shell would that is set up for the cluster; resolves to what it says. */
export type Shell = (line: string) => Promise<string>;

/** A shell in the repository's folder, in which `kubectl` means this cluster, and the other programs have these paths. */
export async function withShell<T>(
  { kubectl: [program, ...words], kubeconfig }: Cluster,
  work: (shell: Shell) => Promise<T>,
  programs: Readonly<Record<string, string>> = {},
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'shell-'));
  try {
    await mkdir(join(folder, 'bin'));
    for (const [name, path] of Object.entries({ kubectl: program, ...programs })) {
      await symlink(path, join(folder, 'bin', name));
    }
    if (kubeconfig === undefined) throw new Error(`this cluster is reached by ${words.join(' ')} only`);
    const env = { KUBECONFIG: kubeconfig, PATH: `${join(folder, 'bin')}:${process.env.PATH ?? ''}` };
    return await work((line) => run('sh', ['-c', line], { cwd: root, env, timeoutMs: 6 * 60_000 }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Runs a `docker build` or `docker push` line with the builder that this machine has: Docker or Podman take the words as they are,
 * buildah gets besides what it needs where there is no engine. Tells the tag.
 */
export async function runImageLine(line: string): Promise<string> {
  const builder = await chooseBuilder();
  const [program, verb, ...args] = line.split(' ');
  if (program !== 'docker') throw new Error(`not a line about images: ${line}`);
  if (verb === 'push') {
    const [tag = ''] = args;
    await builder.push(tag, { plainHttp: true });
    return tag;
  }
  if (verb !== 'build') throw new Error(`neither builds nor pushes an image: ${line}`);
  const options = {
    file: { type: 'string' },
    tag: { type: 'string' },
    'build-arg': { type: 'string', multiple: true },
  } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const { file = '', tag = '', 'build-arg': given = [] } = values;
  await builder.build({
    dockerfile: join(root, file),
    tag,
    context: join(root, positionals[0] ?? ''),
    args: { ...(await baseArguments(builder)), ...argumentsOf(given) },
  });
  return tag;
}

/** `NAME=VALUE`, where the value may hold more of them. */
function argumentsOf(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(given.map((arg) => [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)]));
}
