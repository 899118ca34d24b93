import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { root } from '../cluster/paths.ts';
import { run } from '../cluster/run.ts';
import { goTool, helm } from '../test/go-tool.ts';

/** Packages the chart into the folder, with that repository of the operator's image as its default; resolves to the archive's name. */
export async function chartArchive(repository: string, folder: string): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), 'chart-'));
  try {
    await cp(join(root, 'config', 'chart'), work, { recursive: true });
    const values = join(work, 'values.yaml');
    await writeFile(values, valuesFor(repository, await readFile(values, 'utf8')));
    const said = await run(await goTool(helm), ['package', work, '--destination', folder]);
    return basename(said.trim().split(' ').at(-1) ?? '');
  } finally {
    await rm(work, { recursive: true });
  }
}

/** The values with that repository of the operator's image. */
export function valuesFor(repository: string, values: string): string {
  const changed = values.replace(/^( {2}repository: ).*$/m, `$1${repository}`);
  if (!changed.includes(`repository: ${repository}\n`)) throw new Error('values.yaml has no image.repository');
  return changed;
}
