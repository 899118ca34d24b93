// Compiles everything to dist/ and puts beside it what is not compiled: the files that the web application and the status page serve, and the
// kubectl plugin as one file.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildAssets as buildStatusPage } from '../operator/status-page/build-assets.ts';
import { buildAssets as buildWebApp } from '../webapp/build-assets.ts';
import { buildPlugin } from './build-plugin.ts';
import { root } from './node24-path.mjs';

const tsc = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', root], {
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);

await buildWebApp();
await buildStatusPage();
await buildPlugin();
