// Compiles everything to dist/ and puts the web application's static files beside it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './node24-path.mjs';

const tsc = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', root], {
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);

// An operator image is built from a tree without the web application.
if (existsSync(join(root, 'webapp', 'build-assets.ts'))) {
  const { buildAssets } = await import('../webapp/build-assets.ts');
  await buildAssets();
}
