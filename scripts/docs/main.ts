// Writes the pages of docs/ that are generated from the schema and from the table of reasons.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../cluster/paths.ts';
import { generatedPages } from './pages.ts';

for (const [path, text] of Object.entries(await generatedPages())) {
  await writeFile(join(root, path), text);
  console.log(path);
}
