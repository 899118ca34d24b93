// Compiles everything to dist/ and puts beside it what is not compiled: the web application's static files.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildAssets } from '../webapp/build-assets.ts';
import { root } from './node24-path.mjs';

const tsc = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', root], {
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);

await buildAssets();
