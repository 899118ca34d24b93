import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appImage, type Image } from '../../scripts/cluster/images.ts';
import { root } from '../../scripts/cluster/paths.ts';
import { run } from '../../scripts/cluster/run.ts';

/** The last commit whose operator remembered nothing on the claims of its apps. Apps that it made must be taken over. */
const FIRST_COMMIT = '94fa614';

/** Its operator, built from the history of this checkout, which must therefore not be a shallow one. */
export async function firstOperatorImage(): Promise<Image> {
  const folder = await mkdtemp(join(tmpdir(), 'first-operator-'));
  try {
    const archive = join(folder, 'sources.tar');
    await run('git', ['archive', '--output', archive, FIRST_COMMIT], { cwd: root });
    await run('tar', ['--extract', '--file', archive, '--directory', folder]);
    await rm(archive);
    return await appImage('operator', folder, 'vacation-first-operator');
  } finally {
    await rm(folder, { recursive: true });
  }
}
