// Packs the kubectl plugin for Krew: node scripts/node24.mjs scripts/build-krew.ts URL, where URL is where the archive will be found.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { buildPlugin, PLUGIN_FOLDER } from './build-plugin.ts';
import { run } from './cluster/run.ts';
import { root } from './cluster/paths.ts';

export const ARCHIVE = 'kubectl-vacation.tar.gz';
export const MANIFEST = 'vacation.yaml';

/** Writes the archive of the built plugin and the manifest that names it into the folder. */
export async function packForKrew(folder: string, url: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const file of [join(PLUGIN_FOLDER, 'kubectl-vacation'), join(root, 'LICENSE')]) {
    await copyFile(file, join(folder, file.slice(file.lastIndexOf('/') + 1)));
  }
  const archive = join(folder, ARCHIVE);
  await run('tar', ['--create', '--gzip', '--file', archive, '--directory', folder, 'kubectl-vacation', 'LICENSE']);
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const sha256 = createHash('sha256')
    .update(await readFile(archive))
    .digest('hex');
  const template = await readFile(join(root, 'config', 'krew', MANIFEST), 'utf8');
  await writeFile(join(folder, MANIFEST), manifestOf(template, { VERSION: version, URL: url, SHA256: sha256 }));
}

/** The template with these values for its placeholders, without the comment about them. */
const manifestOf = (template: string, values: Readonly<Record<string, string>>): string =>
  Object.entries(values).reduce(
    (text, [name, value]) => text.replace(new RegExp(`(: v?)${name}$`, 'm'), `$1${value}`),
    template.replace(/^#.*\n/, ''),
  );

if (process.argv[1] === import.meta.filename) {
  const [url] = process.argv.slice(2);
  if (url === undefined) {
    console.error('usage: node scripts/node24.mjs scripts/build-krew.ts URL');
    process.exit(2);
  }
  await buildPlugin();
  await packForKrew(join(root, 'dist', 'krew'), url);
}
