// npm run chart: writes the files of the chart that are made from others.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../cluster/paths.ts';
import { chartFiles } from './chart-files.ts';

for (const [path, text] of Object.entries(await chartFiles())) await writeFile(join(root, path), text);
