// `npm version` runs this between its change of package.json and its commit: everything else that names the version follows.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../cluster/paths.ts';
import { versioned, versionedFiles } from './versioned.ts';

const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
for (const file of versionedFiles()) {
  const path = join(root, file);
  const text = await readFile(path, 'utf8');
  const changed = versioned(file, text, version);
  if (changed !== text) await writeFile(path, changed);
}
